import { shader } from "../../shader.ts";
import { readText, storeText, vectorsOf } from "./vectors.ts";
import { type WeightLayout, weightText } from "./weightLayout.ts";

/** Rows and columns of the result that a workgroup computes. */
export const TILE = 32;

/** Threads of a workgroup. */
export const THREADS = 64;

/**
 * A product of many rows with a packed weight W [O, I]: `x Wᵀ + bias`, or `dy W`, which carries gradients back. A workgroup
 * owns 32 x 32 numbers of the result and walks along what is summed, 32 at a time: it stages those of its rows, and the
 * 32 x 32 numbers of the weight, each unpacked once, in 9 KiB of workgroup memory. Each of 8 x 8 threads then has 4 x 4
 * results in registers: eight reads for sixteen dot products. Staged rows are a vector longer than what is in them, so that
 * threads side by side read from other banks.
 *
 * @param isGradient whether it is `dy W`
 * @param aligned whether what is summed, I or for gradients O, is a multiple of four
 * @param alignedWidth whether I is
 */
export const tileShader = shader(
  "packedTiles",
  (isGradient: boolean, hasBias: boolean, aligned: boolean, alignedWidth: boolean, ...layout: WeightLayout) => {
    const [summed, kept] = isGradient ? (["outputs", "width"] as const) : (["width", "outputs"] as const);
    const left = isGradient ? "dy" : "x";
    return /* wgsl */ `
  const TILE = ${TILE};
  const LEFT = 9; // vectors from row to row of what is staged of ${left}
  const RIGHT = 33; // from column to column of the result, of the weight: eight matrices of four vectors
  var<workgroup> left: array<vec4<f32>, TILE * LEFT>;
  var<workgroup> right: array<vec4<f32>, 8 * RIGHT>;
  ${readText(left, summed, aligned)}
  ${storeText(kept)}
  ${hasBias ? BIAS : ""}
  ${weightText(layout, alignedWidth)}

  fn main(index: i32) {
    let me = i32(localIndex);
    let group = index / ${THREADS};
    let rowTiles = (uniforms.rows + TILE - 1) / TILE;
    let firstRow = group % rowTiles * TILE;
    let firstVector = group / rowTiles * 8;
    let down = me / 8;
    let across = me % 8;
    var sums: array<vec4<f32>, 4>;
    for (var step = 0; step < ${vectorsOf(summed)}; step += 8) {
      workgroupBarrier(); // until the last step is summed up
      for (var b = 0; b < 4; b++) {
        left[(down + 8 * b) * LEFT + across] = ${left}_at(firstRow + down + 8 * b, step + across);
      }
      let strip = ${isGradient ? "step" : "firstVector"} + down;
      let quad = ${isGradient ? "firstVector" : "step"} + across;
      var weights = mat4x4<f32>();
      if (strip < uniforms.strips && quad < uniforms.quads) {
        weights = weightsAt(strip, quad);
      }
      let place = ${isGradient ? "across * RIGHT + 4 * down" : "down * RIGHT + 4 * across"};
      for (var i = 0; i < 4; i++) {
        right[place + i] = weights[i];
      }
      workgroupBarrier();
      for (var v = 0; v < 8; v++) {
        let at = across * RIGHT + 4 * v;
        let matrix = mat4x4(right[at], right[at + 1], right[at + 2], right[at + 3]);
        for (var b = 0; b < 4; b++) {
          let four = left[(down + 8 * b) * LEFT + v];
          sums[b] += ${isGradient ? "matrix * four" : "four * matrix"};
        }
      }
    }
    for (var b = 0; b < 4; b++) {
      store(firstRow + down + 8 * b, firstVector + across, sums[b]${hasBias ? " + biasOf(firstVector + across)" : ""});
    }
  }`;
  },
);

const BIAS = /* wgsl */ `
  fn biasOf(strip: i32) -> vec4<f32> {
    var four = vec4<f32>();
    for (var i = 0; i < min(4, uniforms.outputs - 4 * strip); i++) {
      four[i] = bias[4 * strip + i];
    }
    return four;
  }`;
