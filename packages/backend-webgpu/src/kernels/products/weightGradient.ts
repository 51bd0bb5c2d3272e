import { shader } from "../../shader.ts";
import { type Tile, THREADS } from "./tiles.ts";
import { readText, storeText } from "./vectors.ts";

/**
 * `dyᵀ x` [O, I], the gradient of a weight, of dy [N, O] and x [N, I]. A workgroup owns a tile of it and walks along the rows, 32
 * at a time, or 16 for a larger tile: it stages what they have of its outputs and of its columns. Each of 8 x 8 threads has
 * outer products of one or two vectors of each in registers.
 *
 * @param alignedWidth whether I is a multiple of four
 * @param alignedOutputs whether O is
 */
export const weightGradientShader = shader(
  "productWeightGradient",
  (tile: Tile, alignedWidth: boolean, alignedOutputs: boolean) => /* wgsl */ `
  const TILE = ${tile};
  const SPANS = ${tile / 32}; // vectors of a thread in each direction, eight apart
  const ACROSS = ${tile / 4}; // vectors of the tile in each direction
  const STEP = ${1024 / tile}; // rows that are staged
  var<workgroup> left: array<vec4<f32>, STEP * ACROSS>; // of dy
  var<workgroup> right: array<vec4<f32>, STEP * ACROSS>; // of x
  ${readText("dy", "outputs", alignedOutputs)}
  ${readText("x", "width", alignedWidth)}
  ${storeText("width", "outputs")}

  fn main(index: i32) {
    let me = i32(localIndex);
    let group = index / ${THREADS};
    let outputTiles = (uniforms.outputs + TILE - 1) / TILE;
    let firstStrip = group % outputTiles * ACROSS;
    let firstQuad = group / outputTiles * ACROSS;
    let down = me / 8;
    let across = me % 8;
    var sums: array<array<mat4x4<f32>, SPANS>, SPANS>; // by strips and quads; of each matrix a column for each output
    for (var step = 0; step < uniforms.rows; step += STEP) {
      workgroupBarrier(); // until the last step is summed up
      for (var at = me; at < STEP * ACROSS; at += ${THREADS}) {
        left[at] = dy_at(step + at / ACROSS, firstStrip + at % ACROSS);
        right[at] = x_at(step + at / ACROSS, firstQuad + at % ACROSS);
      }
      workgroupBarrier();
      for (var n = 0; n < STEP; n++) {
        for (var s = 0; s < SPANS; s++) {
          let slopes = left[n * ACROSS + down + 8 * s];
          for (var q = 0; q < SPANS; q++) {
            let columns = right[n * ACROSS + across + 8 * q];
            sums[s][q] += mat4x4(columns * slopes.x, columns * slopes.y, columns * slopes.z, columns * slopes.w);
          }
        }
      }
    }
    for (var s = 0; s < SPANS; s++) {
      for (var q = 0; q < SPANS; q++) {
        for (var i = 0; i < 4; i++) {
          store(4 * (firstStrip + down + 8 * s) + i, firstQuad + across + 8 * q, sums[s][q][i]);
        }
      }
    }
  }`,
);
