import { shader } from "../shader.ts";
import { loadFunction, pairFunctions, storeFunction } from "./attentionFunctions.ts";
import { DROPOUT_FACTOR } from "./dropout.ts";

/** What a pass gives: the result of attention, or one of its gradients. */
export type Pass = "y" | "dq" | "dk" | "dv";

/** The tensors that each pass multiplies; a shader may not have one that it does not read. */
export const FACTORS = {
  y: ["q", "k", "v"],
  dq: ["q", "k", "v", "dy"],
  dk: ["q", "k", "v", "dy"],
  dv: ["q", "k", "dy"],
} as const;

/** The tensor whose columns each pass sums up, by weights. */
const SUMMED = { y: "v", dq: "k", dk: "q", dv: "dy" } as const;

/**
 * One pass of attention over tiles (arXiv:2205.14135, in the order of arXiv:2307.08691): a workgroup owns 8 `blocks`
 * rows of the result and walks over the columns, 32 at a time, so that only a tile of the weights exists at once.
 *
 * y and dq have queries for rows and keys for columns, dk and dv keys for rows and queries for columns. Each tile:
 *
 * 1. scores: rows of q times columns of k; where the gradient of the weights is wanted, slopes: rows of dy times columns
 *    of v (for dk and dv the other way round);
 * 2. weights from those: for y by a softmax that goes along, for gradients by the logsumexp that y left;
 * 3. sums += weights times columns of v, k, q or dy.
 *
 * A product stages 32 floats of each row and column in workgroup memory, by loads of whole lines, and each of the 8 x 8
 * threads then has `blocks` x 4 of its results in registers: for four blocks, eight reads for sixteen dot products. Rows
 * and columns of a thread lie eight apart and a staged row is nine vectors long, so that threads side by side read from
 * other banks. Workgroup memory is 10 KiB for any D, below the 16 KiB that every device has. The loops over blocks,
 * chunks and components have constant bounds, for compilers to unroll.
 *
 * @param chunks of 32 floats in D
 * @param aligned whether D is a multiple of four, so that rows are read and written by four floats
 * @param half whether tiles hold 16 bits
 */
export const attentionShader = shader(
  "attention",
  (
    pass: Pass,
    blocks: number,
    chunks: number,
    aligned: boolean,
    mask: boolean,
    bias: boolean,
    dropout: boolean,
    half: boolean,
  ) => {
    const rowsAreQueries = pass === "y" || pass === "dq";
    // From and to which column the rows from `first` on have anything to sum: query i sees the keys up to i + past.
    const columns = rowsAreQueries
      ? "0, min(uniforms.keys, first + ROWS + uniforms.past)"
      : "max(0, first - uniforms.past), uniforms.queries";
    const product = (sums: string, ofQueries: string, ofKeys: string) =>
      multiply(sums, ...(rowsAreQueries ? ([ofQueries, ofKeys] as const) : ([ofKeys, ofQueries] as const)));
    const [i, j] = rowsAreQueries ? ["row + 8 * b", "column + 8 * c"] : ["column + 8 * c", "row + 8 * b"];

    return /* wgsl */ `
    ${half ? "enable f16;" : ""}
    alias Quad = vec4<${half ? "f16" : "f32"}>;
    const BLOCKS = ${blocks};
    const ROWS = 8 * BLOCKS;
    const COLUMNS = 32;
    const CHUNKS = ${chunks}; // of eight vectors of four floats in a row
    const STEP = 9; // vectors from row to row of what is staged
    const THREADS = 64;
    const HIDDEN = -3.0e38; // the score of a pair that may not meet; WGSL may take infinities for impossible

    var<workgroup> left: array<Quad, ROWS * STEP>; // of the rows, then the weights
    var<workgroup> right: array<Quad, COLUMNS * STEP>; // of the columns
    var<workgroup> shares: array<f32, ROWS * 8>; // what each of eight threads knows of a row
    var<workgroup> job: vec4<i32>; // the head, its first row, from and to which column

    ${FACTORS[pass].map(loadFunction(aligned)).join("\n")}
    ${storeFunction(rowsAreQueries, aligned)}
    ${dropout ? DROPOUT_FACTOR : ""}
    ${pairFunctions(mask, bias, dropout)}

    fn main(index: i32) {
      if (localIndex == 0u) {
        let group = index / THREADS;
        let first = group % uniforms.tiles * ROWS;
        let task = vec4(group / uniforms.tiles, first, ${columns});
        job = select(vec4(0, 1 << 30, 0, 0), task, group < uniforms.groups); // one too many: a row that is nowhere
      }
      let mine = workgroupUniformLoad(&job);
      let head = mine.x;
      let me = i32(localIndex);
      let down = me / 8;
      let across = me % 8;
      let row = mine.y + down;
      var sums: array<array<vec4<f32>, CHUNKS>, BLOCKS>;
      ${pass === "y" ? startRows : ""}

      for (var tile = mine.z; tile < mine.w; tile += COLUMNS) {
        let column = tile + across;
        ${product("scores", "q", "k")}
        ${pass === "dq" || pass === "dk" ? product("slopes", "dy", "v") : ""}
        for (var b = 0; b < BLOCKS; b++) {
          for (var c = 0; c < 4; c++) {
            let score = scores[b][c] * uniforms.scale + shift(head, ${i}, ${j});
            scores[b][c] = select(HIDDEN, score, seen(head, ${i}, ${j}));
          }
        }
        ${pass === "y" ? shrinkToHighest : ""}
        for (var b = 0; b < BLOCKS; b++) {
          var weights = vec4<f32>();
          for (var c = 0; c < 4; c++) {
            if (scores[b][c] == HIDDEN) {
              continue; // and not the other way round: NaN must go on, and is not unequal to anything either
            }
            ${weigh(pass, i, j)}
          }
          left[(down + 8 * b) * STEP + across] = Quad(weights);
        }
        ${accumulate(SUMMED[pass])}
      }

      ${pass === "y" ? finishRows : ""}
      for (var b = 0; b < BLOCKS; b++) {
        for (var chunk = 0; chunk < CHUNKS; chunk++) {
          store(head, row + 8 * b, 8 * chunk + across, sums[b][chunk]);
        }
      }
    }`;
  },
);

/** Rows of one tensor times columns of another: `sums` has of each of this thread's rows its four columns. */
function multiply(sums: string, rows: string, columns: string): string {
  return /* wgsl */ `
        var ${sums} = array<vec4<f32>, BLOCKS>(); // where nothing is said, SwiftShader zeroes it for the first tile only
        for (var chunk = 0; chunk < uniforms.vectors; chunk += 8) {
          for (var at = me; at < ROWS * 8; at += THREADS) {
            left[at / 8 * STEP + at % 8] = Quad(load_${rows}(head, mine.y + at / 8, chunk + at % 8));
          }
          for (var at = me; at < COLUMNS * 8; at += THREADS) {
            right[at / 8 * STEP + at % 8] = Quad(load_${columns}(head, tile + at / 8, chunk + at % 8));
          }
          workgroupBarrier();
          for (var d = 0; d < min(8, uniforms.vectors - chunk); d++) {
            let c0 = right[across * STEP + d];
            let c1 = right[(across + 8) * STEP + d];
            let c2 = right[(across + 16) * STEP + d];
            let c3 = right[(across + 24) * STEP + d];
            for (var b = 0; b < BLOCKS; b++) {
              let l = left[(down + 8 * b) * STEP + d];
              ${sums}[b] += vec4<f32>(Quad(dot(l, c0), dot(l, c1), dot(l, c2), dot(l, c3)));
            }
          }
          workgroupBarrier();
        }`;
}

/** The sums += the weights, which are in `left`, times the columns of `tensor`. */
function accumulate(tensor: string): string {
  return /* wgsl */ `
        for (var chunk = 0; chunk < CHUNKS; chunk++) {
          for (var at = me; at < COLUMNS * 8; at += THREADS) {
            right[at / 8 * STEP + at % 8] = Quad(load_${tensor}(head, tile + at / 8, 8 * chunk + at % 8));
          }
          workgroupBarrier();
          for (var s = 0; s < 8; s++) {
            let r0 = right[s * STEP + across];
            let r1 = right[(s + 8) * STEP + across];
            let r2 = right[(s + 16) * STEP + across];
            let r3 = right[(s + 24) * STEP + across];
            for (var b = 0; b < BLOCKS; b++) {
              let w = left[(down + 8 * b) * STEP + s];
              sums[b][chunk] += vec4<f32>(w.x * r0 + w.y * r1 + w.z * r2 + w.w * r3);
            }
          }
          workgroupBarrier();
        }`;
}

/** The weight of a pair by the softmax, or, for dq and dk, the gradient of its score: p (dp - sum(p dp)) scale. */
function weigh(pass: Pass, i: string, j: string): string {
  switch (pass) {
    case "y":
      return /* wgsl */ `
              let p = exp(scores[b][c] - tops[b]);
              masses[b] += p;
              weights[c] = p * kept(head, ${i}, ${j});`;
    case "dv":
      return `weights[c] = exp(scores[b][c] - saved[2 * (head * uniforms.queries + ${i})]) * kept(head, ${i}, ${j});`;
    default:
      return /* wgsl */ `
              let at = 2 * (head * uniforms.queries + ${i});
              let slope = slopes[b][c] * kept(head, ${i}, ${j}) - saved[at + 1];
              weights[c] = exp(scores[b][c] - saved[at]) * slope * uniforms.scale;`;
  }
}

const startRows = /* wgsl */ `
      var tops: array<f32, BLOCKS>; // the highest score of each row so far
      var masses: array<f32, BLOCKS>; // of its weights, those of this thread
      for (var b = 0; b < BLOCKS; b++) {
        tops[b] = HIDDEN;
      }`;

/** Weights are relative to the highest score so far: when that rises, what was summed so far shrinks. */
const shrinkToHighest = /* wgsl */ `
        for (var b = 0; b < BLOCKS; b++) {
          let s = scores[b];
          shares[(down + 8 * b) * 8 + across] = max(max(s.x, s.y), max(s.z, s.w));
        }
        workgroupBarrier();
        for (var b = 0; b < BLOCKS; b++) {
          let before = tops[b];
          for (var s = 0; s < 8; s++) {
            tops[b] = max(tops[b], shares[(down + 8 * b) * 8 + s]);
          }
          let shrink = exp(before - tops[b]);
          masses[b] *= shrink;
          for (var chunk = 0; chunk < CHUNKS; chunk++) {
            sums[b][chunk] *= shrink;
          }
        }`;

/** Divides by the mass of a row, which its eight threads have together. A row that saw nothing stays zeros. */
const finishRows = /* wgsl */ `
      for (var b = 0; b < BLOCKS; b++) {
        shares[(down + 8 * b) * 8 + across] = masses[b];
      }
      workgroupBarrier();
      for (var b = 0; b < BLOCKS; b++) {
        var mass = 0.0;
        for (var s = 0; s < 8; s++) {
          mass += shares[(down + 8 * b) * 8 + s];
        }
        let sawNothing = mass == 0.0;
        for (var chunk = 0; chunk < CHUNKS; chunk++) {
          sums[b][chunk] *= select(1.0 / mass, 0.0, sawNothing);
        }
        if (across == 0 && row + 8 * b < uniforms.queries) {
          logSumExp[head * uniforms.queries + row + 8 * b] = select(tops[b] + log(mass), 0.0, sawNothing);
        }
      }`;
