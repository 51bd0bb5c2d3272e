import { shader } from "../../shader.ts";
import { type Epilogue, epilogueText } from "./epilogue.ts";
import { readText, storeText, vectorsOf } from "./vectors.ts";
import { type WeightLayout, weightText } from "./weightLayout.ts";

/** Threads of a workgroup. */
export const THREADS = 64;

/** Rows and columns of the result that a workgroup computes: where that leaves a GPU enough workgroups, 64. */
export type Tile = 32 | 64;

/** Workgroups from which on the larger tile pays: half as many reads for each product, a quarter as many workgroups. */
const MANY_GROUPS = 128;

/** The tile for a result of this size, and the number of workgroups. */
export function tileFor(rows: number, columns: number): { readonly tile: Tile; readonly groups: number } {
  const groupsOf = (tile: Tile) => Math.ceil(rows / tile) * Math.ceil(columns / tile);
  const tile = groupsOf(64) >= MANY_GROUPS ? 64 : 32;
  return { tile, groups: groupsOf(tile) };
}

/**
 * A product of many rows with a weight W [O, I]: `act(x Wᵀ + bias)`, or `dy W`, which carries gradients back. A workgroup owns a
 * tile of the result and walks along what is summed, 32 numbers at a time, or 16 of a larger tile: it stages those of its rows,
 * and those of the weight, each unpacked once, in less than 10 KiB of workgroup memory. Each of 8 x 8 threads then has 4 x 4
 * results in registers, eight reads for sixteen dot products; or 8 x 8, sixteen reads for 64. Staged rows are a vector longer
 * than what is in them, so that threads side by side read from other banks.
 *
 * @param half whether tiles hold 16 bits; products and sums have 32
 * @param isGradient whether it is `dy W`
 * @param aligned whether what is summed, I or for gradients O, is a multiple of four
 * @param alignedWidth whether I is
 */
export const tileShader = shader(
  "productTiles",
  (
    tile: Tile,
    half: boolean,
    isGradient: boolean,
    hasBias: boolean,
    epilogue: Epilogue,
    aligned: boolean,
    alignedWidth: boolean,
    ...layout: WeightLayout
  ) => {
    const [summed, kept] = isGradient ? (["outputs", "width"] as const) : (["width", "outputs"] as const);
    const left = isGradient ? "dy" : "x";
    return /* wgsl */ `
  ${half ? "enable f16;" : ""}
  alias Quad = vec4<${half ? "f16" : "f32"}>;
  const TILE = ${tile};
  const BLOCKS = ${tile / 8}; // rows of a thread, eight apart
  const SPANS = ${tile / 32}; // vectors of four columns of a thread, eight apart
  const ACROSS = ${tile / 4}; // vectors of the tile's columns
  const STEP = ${256 / tile}; // vectors along what is summed: ACROSS * STEP matrices of the weight are one for each thread
  const LEFT = STEP + 1; // vectors from row to row of what is staged of ${left}
  const RIGHT = 4 * STEP + 1; // from column to column of the result, of the weight
  var<workgroup> left: array<Quad, TILE * LEFT>;
  var<workgroup> right: array<Quad, ACROSS * RIGHT>;
  ${readText(left, summed, aligned)}
  ${storeText(kept)}
  ${hasBias ? BIAS : ""}
  ${epilogueText(epilogue)}
  ${weightText(layout, alignedWidth)}

  fn main(index: i32) {
    let me = i32(localIndex);
    let group = index / ${THREADS};
    let rowTiles = (uniforms.rows + TILE - 1) / TILE;
    let firstRow = group % rowTiles * TILE;
    let firstVector = group / rowTiles * ACROSS;
    let down = me / 8;
    let across = me % 8;
    let along = me ${isGradient ? "/ ACROSS" : "% STEP"}; // the place of its matrix of the weight
    let aside = me ${isGradient ? "% ACROSS" : "/ STEP"};
    var sums: array<array<vec4<f32>, SPANS>, BLOCKS>;
    for (var step = 0; step < ${vectorsOf(summed)}; step += STEP) {
      workgroupBarrier(); // until the last step is summed up
      for (var at = me; at < TILE * STEP; at += ${THREADS}) {
        left[at / STEP * LEFT + at % STEP] = Quad(${left}_at(firstRow + at / STEP, step + at % STEP));
      }
      let strip = ${isGradient ? "step + along" : "firstVector + aside"};
      let quad = ${isGradient ? "firstVector + aside" : "step + along"};
      var weights = mat4x4<f32>();
      if (strip < uniforms.strips && quad < uniforms.quads) {
        weights = weightsAt(strip, quad);
      }
      for (var i = 0; i < 4; i++) {
        right[aside * RIGHT + 4 * along + i] = Quad(weights[i]);
      }
      workgroupBarrier();
      for (var v = 0; v < STEP; v++) {
        for (var s = 0; s < SPANS; s++) {
          let at = (across + 8 * s) * RIGHT + 4 * v;
          let matrix = mat4x4(vec4<f32>(right[at]), vec4<f32>(right[at + 1]), vec4<f32>(right[at + 2]), vec4<f32>(right[at + 3]));
          for (var b = 0; b < BLOCKS; b++) {
            let four = vec4<f32>(left[(down + 8 * b) * LEFT + v]);
            sums[b][s] += ${isGradient ? "matrix * four" : "four * matrix"};
          }
        }
      }
    }
    for (var b = 0; b < BLOCKS; b++) {
      for (var s = 0; s < SPANS; s++) {
        let vector = firstVector + across + 8 * s;
        let four = sums[b][s]${hasBias ? " + biasOf(vector)" : ""};
        let written = vec4(activated(four.x), activated(four.y), activated(four.z), activated(four.w));
        store(firstRow + down + 8 * b, vector, written);
      }
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
