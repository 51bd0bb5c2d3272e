import { shader } from "../shader.ts";
import { loadFunction, pairFunctions, storeFunction } from "./attentionFunctions.ts";
import { accumulate, finishRows, multiply, type Pass, shrinkToHighest, startRows, weigh } from "./attentionSteps.ts";
import { DROPOUT_FACTOR } from "./dropout.ts";

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
 * 2. weights from those: for y by a running softmax, for gradients by the logsumexp of y's pass;
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
 * @param isRows whether the heads of a text lie side by side in its rows
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
    isRows: boolean,
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

    ${FACTORS[pass].map(loadFunction(aligned, isRows)).join("\n")}
    ${storeFunction(rowsAreQueries, aligned, isRows)}
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
