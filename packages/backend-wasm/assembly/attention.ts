// Attention over tiles of ROWS queries: only ROWS x K of the weights is ever in memory.
//
// q, y [Q, D]; k, v [K, D] of one head. A mask of bytes and a bias of floats are read at row and column strides that
// may be 0. Hidden scores are -Infinity; a row without a visible key has logsumexp 0, and so weights and gradient 0.
import { gemm, gemmScratch } from "./gemm";
import { dropoutFactors, expDown, fma, log, maxLanes, splat, sumLanes } from "./simd";

const ROWS: i32 = 30; // gemm may pad to it
const BLOCK: i32 = 4 * ROWS; // enough to be worth handing to a thread

/** Bytes of scratch that attention needs for K keys, after those of gemm: two tiles of weights. */
export function attentionScratch(keys: i32): i32 {
  return gemmScratch() + 2 * ROWS * round8(keys) * 4;
}

// @ts-ignore: decorator
@inline
function round8(n: i32): i32 {
  return (n + 7) & ~7;
}

/** What stays the same over the heads of one call; read from memory, so that every thread can. */
let Q: i32 = 0;
let K: i32 = 0;
let D: i32 = 0;
let heads: i32 = 0; // of a batch
let scale: f32 = 1;
let causal: bool = false;
let maskBatch: i32 = 0; // strides, in elements
let maskHead: i32 = 0;
let maskRow: i32 = 0;
let maskColumn: i32 = 0;
let biasBatch: i32 = 0;
let biasHead: i32 = 0;
let biasRow: i32 = 0;
let biasColumn: i32 = 0;
let first: i32 = 0; // dropout's key
let second: i32 = 0;
let threshold: i32 = 0;
let keep: f32 = 0; // its scale; 0 where there is no dropout

/** Reads the eighteen numbers above, of four bytes each, in their order. */
function readShape(at: usize): void {
  Q = load<i32>(at);
  K = load<i32>(at, 4);
  D = load<i32>(at, 8);
  heads = load<i32>(at, 12);
  scale = load<f32>(at, 16);
  causal = load<i32>(at, 20) != 0;
  maskBatch = load<i32>(at, 24);
  maskHead = load<i32>(at, 28);
  maskRow = load<i32>(at, 32);
  maskColumn = load<i32>(at, 36);
  biasBatch = load<i32>(at, 40);
  biasHead = load<i32>(at, 44);
  biasRow = load<i32>(at, 48);
  biasColumn = load<i32>(at, 52);
  first = load<i32>(at, 56);
  second = load<i32>(at, 60);
  threshold = load<i32>(at, 64);
  keep = load<f32>(at, 68);
}

/** How many keys, from the first, the rows before `end` may see. */
// @ts-ignore: decorator
@inline
function visible(end: i32): i32 {
  return causal ? min(K, max(0, end + (K - Q))) : K;
}

/** Scales row i of the scores, adds the bias, hides what is not seen; `columns` of it, and the padding behind. */
function finishScores(row: usize, i: i32, columns: i32, mask: usize, bias: usize): void {
  const seen = visible(i + 1);
  const factor = splat(scale);
  const whole = seen & ~3;
  for (let j = 0; j < columns; j += 4) {
    const at = row + (<usize>j << 2);
    v128.store(at, f32x4.mul(v128.load(at), factor));
  }
  if (bias != 0) {
    const from = bias + (<usize>(i * biasRow) << 2);
    if (biasColumn == 1) {
      for (let j = 0; j < whole; j += 4) {
        const at = row + (<usize>j << 2);
        v128.store(at, f32x4.add(v128.load(at), v128.load(from + (<usize>j << 2))));
      }
    }
    for (let j = biasColumn == 1 ? whole : 0; j < seen; j++) {
      const at = row + (<usize>j << 2);
      store<f32>(at, load<f32>(at) + load<f32>(from + (<usize>(j * biasColumn) << 2)));
    }
  }
  if (mask != 0) {
    const from = mask + <usize>(i * maskRow);
    if (maskColumn == 1) {
      for (let j = 0; j < whole; j += 4) {
        const at = row + (<usize>j << 2);
        const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from + <usize>j)));
        const hidden = i32x4.eq(bytes, i32x4.splat(0));
        v128.store(at, v128.bitselect(splat(-Infinity), v128.load(at), hidden));
      }
    }
    for (let j = maskColumn == 1 ? whole : 0; j < seen; j++) {
      if (load<u8>(from + <usize>(j * maskColumn)) == 0) store<f32>(row + (<usize>j << 2), -Infinity);
    }
  }
  for (let j = seen; j < columns; j++) store<f32>(row + (<usize>j << 2), -Infinity);
}

/** How many blocks of queries, each a part of `attention`, a head has. */
export function attentionBlocks(queries: i32): i32 {
  return (queries + BLOCK - 1) / BLOCK;
}

/** y and logsumexp of the blocks `from` to `to`, counted over batch, heads and each head's queries. */
export function attention(
  shape: usize,
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  bias: usize,
  y: usize,
  logSumExp: usize,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  readShape(shape);
  const blocks = attentionBlocks(Q);
  for (let part = from; part < to; part++) {
    const n = part / blocks;
    const i0 = (part % blocks) * BLOCK;
    forward(
      q + (<usize>(n * Q * D) << 2),
      k + (<usize>(n * K * D) << 2),
      v + (<usize>(n * K * D) << 2),
      maskOf(mask, n),
      biasOf(bias, n),
      y + (<usize>(n * Q * D) << 2),
      logSumExp + (<usize>(n * Q) << 2),
      <u32>(n * Q) * <u32>K,
      i0,
      min(Q, i0 + BLOCK),
      scratch,
    );
  }
}

/** dq, dk and dv of the heads `from` to `to`, counted over batch and heads. */
export function attentionGradient(
  shape: usize,
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  bias: usize,
  y: usize,
  logSumExp: usize,
  dy: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  readShape(shape);
  for (let n = from; n < to; n++) {
    const atQ = <usize>(n * Q * D) << 2;
    const atK = <usize>(n * K * D) << 2;
    backward(
      q + atQ,
      k + atK,
      v + atK,
      maskOf(mask, n),
      biasOf(bias, n),
      y + atQ,
      logSumExp + (<usize>(n * Q) << 2),
      dy + atQ,
      dq + atQ,
      dk + atK,
      dv + atK,
      <u32>(n * Q) * <u32>K,
      scratch,
    );
  }
}

/** The mask of head n, counted over the batch. */
// @ts-ignore: decorator
@inline
function maskOf(mask: usize, n: i32): usize {
  return mask == 0 ? 0 : mask + <usize>((n / heads) * maskBatch + (n % heads) * maskHead);
}

// @ts-ignore: decorator
@inline
function biasOf(bias: usize, n: i32): usize {
  return bias == 0 ? 0 : bias + (<usize>((n / heads) * biasBatch + (n % heads) * biasHead) << 2);
}

function forward(
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  bias: usize,
  y: usize,
  logSumExp: usize,
  index: u32,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const tile = scratch + <usize>gemmScratch();
  const stride = round8(K);
  for (let i0 = from; i0 < to; i0 += ROWS) {
    const rows = min(ROWS, to - i0);
    const seen = visible(i0 + rows);
    const at = y + (<usize>(i0 * D) << 2);
    if (seen == 0) {
      memory.fill(at, 0, <usize>(rows * D) << 2);
      memory.fill(logSumExp + (<usize>i0 << 2), 0, <usize>rows << 2);
      continue;
    }
    scoreTile(q, k, mask, bias, i0, rows, seen, tile, scratch);
    for (let i = 0; i < rows; i++) {
      const row = tile + (<usize>(i * stride) << 2);
      const sum = softmaxRow(row, round8(seen), index + <u32>((i0 + i) * K));
      store<f32>(logSumExp + (<usize>(i0 + i) << 2), sum);
    }
    gemm(tile, v, at, rows, D, seen, stride, 1, D, 1, D, 0, 0, false, scratch);
  }
}

function backward(
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  bias: usize,
  y: usize,
  logSumExp: usize,
  dy: usize,
  dq: usize,
  dk: usize,
  dv: usize,
  index: u32,
  scratch: usize,
): void {
  const tile = scratch + <usize>gemmScratch(); // of weights, then of their gradient after dropout
  const stride = round8(K);
  const dtile = tile + (<usize>(ROWS * stride) << 2);
  memory.fill(dk, 0, <usize>(K * D) << 2);
  memory.fill(dv, 0, <usize>(K * D) << 2);
  for (let i0 = 0; i0 < Q; i0 += ROWS) {
    const rows = min(ROWS, Q - i0);
    const seen = visible(i0 + rows);
    const at = <usize>(i0 * D) << 2;
    if (seen == 0) {
      memory.fill(dq + at, 0, <usize>(rows * D) << 2);
      continue;
    }
    scoreTile(q, k, mask, bias, i0, rows, seen, tile, scratch);
    gemm(dy + at, v, dtile, rows, seen, D, D, 1, 1, D, stride, 0, 0, true, scratch);
    for (let i = 0; i < rows; i++) {
      const there = <usize>((i0 + i) * D) << 2;
      scoreGradient(
        tile + (<usize>(i * stride) << 2),
        dtile + (<usize>(i * stride) << 2),
        round8(seen),
        load<f32>(logSumExp + (<usize>(i0 + i) << 2)),
        dot(dy + there, y + there),
        index + <u32>((i0 + i) * K),
      );
    }
    gemm(tile, dy + at, dv, seen, D, rows, 1, stride, D, 1, D, 0, 1, false, scratch);
    gemm(dtile, q + at, dk, seen, D, rows, 1, stride, D, 1, D, 0, 1, false, scratch);
    gemm(dtile, k, dq + at, rows, D, seen, stride, 1, D, 1, D, 0, 0, false, scratch);
  }
}

/** The scores of `rows` queries from i0 on, for the first `seen` keys, padded with -Infinity to a multiple of 8. */
function scoreTile(
  q: usize,
  k: usize,
  mask: usize,
  bias: usize,
  i0: i32,
  rows: i32,
  seen: i32,
  tile: usize,
  scratch: usize,
): void {
  const stride = round8(K);
  gemm(q + (<usize>(i0 * D) << 2), k, tile, rows, seen, D, D, 1, 1, D, stride, 0, 0, true, scratch);
  for (let i = 0; i < rows; i++) {
    finishScores(tile + (<usize>(i * stride) << 2), i0 + i, round8(seen), mask, bias);
  }
}

/** Turns a row of scores into weights, dropped out; gives its logsumexp. */
function softmaxRow(row: usize, columns: i32, index: u32): f32 {
  const end = <usize>columns << 2;
  let highest = splat(-Infinity);
  for (let at: usize = 0; at < end; at += 16) highest = f32x4.max(highest, v128.load(row + at));
  const top = maxLanes(highest);
  if (top == -Infinity) {
    memory.fill(row, 0, end);
    return 0;
  }
  const shift = splat(top);
  let sums = splat(0);
  for (let at: usize = 0; at < end; at += 16) {
    const e = expDown(f32x4.sub(v128.load(row + at), shift));
    sums = f32x4.add(sums, e);
    v128.store(row + at, e);
  }
  const sum = sumLanes(sums);
  const share = splat(<f32>1 / sum);
  if (keep == 0) {
    for (let at: usize = 0; at < end; at += 16) v128.store(row + at, f32x4.mul(v128.load(row + at), share));
  } else {
    for (let at: usize = 0; at < end; at += 16) {
      v128.store(row + at, f32x4.mul(f32x4.mul(v128.load(row + at), share), factors(index + <u32>(at >> 2))));
    }
  }
  return top + log(sum);
}

/** Turns a row of scores into dropped-out weights p f, and that of their gradients into p (dp f - mean) scale. */
function scoreGradient(row: usize, drow: usize, columns: i32, logSumExp: f32, mean: f32, index: u32): void {
  const end = <usize>columns << 2;
  const shift = splat(logSumExp);
  const delta = splat(mean);
  const factor = splat(scale);
  for (let at: usize = 0; at < end; at += 16) {
    const p = expDown(f32x4.sub(v128.load(row + at), shift));
    let kept = p;
    let dp = v128.load(drow + at);
    if (keep != 0) {
      const f = factors(index + <u32>(at >> 2));
      kept = f32x4.mul(p, f);
      dp = f32x4.mul(dp, f);
    }
    v128.store(row + at, kept);
    v128.store(drow + at, f32x4.mul(f32x4.mul(p, f32x4.sub(dp, delta)), factor));
  }
}

// @ts-ignore: decorator
@inline
function factors(index: u32): v128 {
  return dropoutFactors(index, i32x4.splat(first), i32x4.splat(second), i32x4.splat(threshold), splat(keep));
}

function dot(a: usize, b: usize): f32 {
  const whole = D & ~3;
  let sums = splat(0);
  for (let d = 0; d < whole; d += 4) {
    const at = <usize>d << 2;
    sums = fma(v128.load(a + at), v128.load(b + at), sums);
  }
  let sum = sumLanes(sums);
  for (let d = whole; d < D; d++) {
    const at = <usize>d << 2;
    sum += load<f32>(a + at) * load<f32>(b + at);
  }
  return sum;
}
