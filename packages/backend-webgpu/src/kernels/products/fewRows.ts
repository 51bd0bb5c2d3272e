import { shader } from "../../shader.ts";
import { type Epilogue, epilogueText } from "./epilogue.ts";
import { readText } from "./vectors.ts";
import { type WeightLayout, weightText } from "./weightLayout.ts";

/** Rows of x that are multiplied by each number that is unpacked, at most; more go through tiles. */
export const FEW_ROWS = 8;

/** Threads of a workgroup. */
export const LANES = 64;

/**
 * `act(x Wᵀ + bias)` for a few rows of x: a workgroup for four rows of the weight, which are read once, in the order in which
 * they lie, and unpacked in registers; its threads take every 64th quad of columns, and their sums are added by halves.
 *
 * @param rows of x, or more: 1, 2, 4 or 8
 * @param aligned whether rows of x and W are a multiple of four numbers
 */
export const fewRowsShader = shader(
  "productFewRows",
  (rows: number, hasBias: boolean, epilogue: Epilogue, aligned: boolean, ...layout: WeightLayout) => /* wgsl */ `
  const ROWS = ${rows};
  const LANES = ${LANES};
  var<workgroup> shares: array<vec4<f32>, ROWS * LANES>;
  ${readText("x", "width", aligned)}
  ${weightText(layout, aligned)}
  ${epilogueText(epilogue)}

  fn main(index: i32) {
    let strip = min(index / LANES, uniforms.strips - 1);
    let lane = i32(localIndex);
    var sums: array<vec4<f32>, ROWS>;
    for (var quad = lane; quad < uniforms.quads; quad += LANES) {
      let codes = codesAt(strip, quad);
      for (var row = 0; row < ROWS; row++) {
        let four = x_at(row, quad);
        sums[row] += scaled(four * codes, dot(four, vec4(1.0)), strip, quad);
      }
    }
    for (var row = 0; row < ROWS; row++) {
      shares[row * LANES + lane] = sums[row];
    }
    for (var span = LANES / 2; span > 0; span /= 2) {
      workgroupBarrier();
      if (lane < span) {
        for (var at = lane; at < ROWS * LANES; at += LANES) {
          shares[at] += shares[at + span];
        }
      }
    }
    workgroupBarrier();
    let row = lane / 4;
    let output = 4 * strip + lane % 4;
    if (row < uniforms.rows && output < uniforms.outputs) {
      result[row * uniforms.outputs + output] = activated(shares[row * LANES][lane % 4]${hasBias ? " + bias[output]" : ""});
    }
  }`,
);
