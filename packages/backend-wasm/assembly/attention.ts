// Attention over tiles of ROWS queries and COLUMNS keys, with the softmax kept up to date from tile to tile (Milakov and
// Gimelshein, arXiv:1805.02867; Dao et al., arXiv:2205.14135): only one tile of the weights is ever in memory.
//
// q, y [Q, D]; k, v [K, D] of one head, whose first rows lie `capacity` rows apart from head to head. A mask of bytes and a
// bias of floats are read at row and column strides that may be 0. Hidden scores are -Infinity; a row without a visible key
// has logsumexp 0, and so weights and gradient 0.
//
// Grouped heads, a window, a soft cap, sinks, a capacity above K and keys and values in fewer bits (cachedRows.ts) are for the
// forward pass alone: of the last one tile at a time becomes floats.
import { rowBytes, widenRows } from "./cachedRows";
import { gemm, gemmScratch } from "./gemm";
import { dropoutFactors, expDown, fma, log, maxLanes, splat, sumLanes, tanh } from "./simd";

const ROWS: i32 = 120; // a multiple of 30, to which gemm may pad; packing keys and values for fewer would cost too much
const COLUMNS: i32 = 256; // two tiles are meant to stay in the second-level cache
const WIDENED: i32 = 32768; // floats of a tile of keys or of values in fewer bits

/** Bytes of scratch that attention needs: gemm's, two tiles, two numbers a row, and keys or values as floats. */
export function attentionScratch(): i32 {
  return gemmScratch() + (2 * ROWS * COLUMNS + 2 * ROWS + WIDENED) * 4;
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
let groupSize: i32 = 1; // query heads that share a head of keys and values
let window: i32 = 0; // keys up to its own that a query sees; 0 for all
let softcap: f32 = 0; // 0 for none
let sinks: usize = 0; // address of the first head's, 0 for none
let sinkHead: i32 = 0;
let sinkRow: i32 = 0;
let capacity: i32 = 0; // rows of k and v from head to head, at least K
let format: i32 = 0; // of k and v: 0 for floats

/** Reads the numbers above, of four bytes each, in their order. */
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
  groupSize = load<i32>(at, 72);
  window = load<i32>(at, 76);
  softcap = load<f32>(at, 80);
  sinks = <usize>load<u32>(at, 84);
  sinkHead = load<i32>(at, 88);
  sinkRow = load<i32>(at, 92);
  capacity = load<i32>(at, 96);
  format = load<i32>(at, 100);
}

/** How many keys, from the first, the rows before `end` may see. */
// @ts-ignore: decorator
@inline
function visible(end: i32): i32 {
  return causal ? min(K, max(0, end + (K - Q))) : K;
}

/** The first key in the window of row i. */
// @ts-ignore: decorator
@inline
function lowest(i: i32): i32 {
  return window > 0 ? max(0, i + (K - Q) - window + 1) : 0;
}

// @ts-ignore: decorator
@inline
function row(base: usize, i: i32): usize {
  return base + (<usize>(i * COLUMNS) << 2);
}

// @ts-ignore: decorator
@inline
function float(base: usize, i: i32): usize {
  return base + (<usize>i << 2);
}

/**
 * What is left to multiply the scores by once `finishScores` has been there: it scales them only where it caps them or
 * adds a bias, or where a scale that is not positive would turn -Infinity into something else.
 */
// @ts-ignore: decorator
@inline
function factorOf(bias: usize): f32 {
  return bias == 0 && softcap == 0 && scale > 0 ? scale : 1;
}

/** Caps the scores of query i from key j0 on, adds the bias, and hides what is not seen; `columns`, and the padding behind. */
function finishScores(at: usize, i: i32, j0: i32, columns: i32, mask: usize, bias: usize): void {
  const seen = min(columns, max(0, visible(i + 1) - j0));
  const whole = seen & ~3;
  if (factorOf(bias) != scale) {
    const factor = splat(scale);
    for (let j = 0; j < seen; j += 4) v128.store(float(at, j), f32x4.mul(v128.load(float(at, j)), factor));
  }
  if (softcap != 0) {
    const cap = splat(softcap);
    for (let j = 0; j < seen; j += 4) {
      v128.store(float(at, j), f32x4.mul(cap, tanh(f32x4.div(v128.load(float(at, j)), cap))));
    }
  }
  if (bias != 0) {
    const from = bias + (<usize>(i * biasRow + j0 * biasColumn) << 2);
    if (biasColumn == 1) {
      for (let j = 0; j < whole; j += 4) {
        v128.store(float(at, j), f32x4.add(v128.load(float(at, j)), v128.load(float(from, j))));
      }
    }
    for (let j = biasColumn == 1 ? whole : 0; j < seen; j++) {
      store<f32>(float(at, j), load<f32>(float(at, j)) + load<f32>(float(from, j * biasColumn)));
    }
  }
  if (mask != 0) {
    const from = mask + <usize>(i * maskRow + j0 * maskColumn);
    if (maskColumn == 1) {
      for (let j = 0; j < whole; j += 4) {
        const bytes = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from + <usize>j)));
        const hidden = i32x4.eq(bytes, i32x4.splat(0));
        v128.store(float(at, j), v128.bitselect(splat(-Infinity), v128.load(float(at, j)), hidden));
      }
    }
    for (let j = maskColumn == 1 ? whole : 0; j < seen; j++) {
      if (load<u8>(from + <usize>(j * maskColumn)) == 0) store<f32>(float(at, j), -Infinity);
    }
  }
  const padded = (columns + 3) & ~3;
  for (let j = seen; j < padded; j++) store<f32>(float(at, j), -Infinity);
  const before = min(seen, lowest(i) - j0);
  for (let j = 0; j < before; j++) store<f32>(float(at, j), -Infinity);
}

/** The scores of `rows` queries from i0 on and the `columns` keys at k, from j0 on, padded with -Infinity to a multiple of 4. */
function scoreTile(
  q: usize,
  k: usize,
  mask: usize,
  bias: usize,
  i0: i32,
  rows: i32,
  j0: i32,
  columns: i32,
  tile: usize,
  scratch: usize,
): void {
  gemm(float(q, i0 * D), k, tile, rows, columns, D, D, 1, 1, D, COLUMNS, 0, 0, true, scratch);
  const isPlain = (columns & 3) == 0 && mask == 0 && bias == 0 && softcap == 0 && factorOf(bias) == scale;
  for (let i = i0; i < i0 + rows; i++) {
    const isWhole = isPlain && lowest(i) <= j0 && visible(i + 1) >= j0 + columns;
    if (!isWhole) finishScores(row(tile, i - i0), i, j0, columns, mask, bias);
  }
}

/** How many tiles of queries, each a part of `attention`, a head has. */
export function attentionParts(queries: i32): i32 {
  return (queries + ROWS - 1) / ROWS;
}

/** y and logsumexp of the parts `from` to `to`, counted over batch, heads and each head's queries. */
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
  const parts = attentionParts(Q);
  for (let part = from; part < to; part++) {
    const n = part / parts;
    const i0 = (part % parts) * ROWS;
    const atK = <usize>((n / groupSize) * capacity) * rowBytes(D, format);
    forward(
      q + (<usize>(n * Q * D) << 2),
      k + atK,
      v + atK,
      maskOf(mask, n),
      biasOf(bias, n),
      sinks == 0 ? 0 : float(sinks, (n % heads) * sinkHead),
      y + (<usize>(n * Q * D) << 2),
      logSumExp + (<usize>(n * Q) << 2),
      <u32>(n * Q) * <u32>K,
      i0,
      min(ROWS, Q - i0),
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

/** y and logsumexp of `rows` queries from i0 on. */
function forward(
  q: usize,
  k: usize,
  v: usize,
  mask: usize,
  bias: usize,
  sink: usize,
  y: usize,
  logSumExp: usize,
  index: u32,
  i0: i32,
  rows: i32,
  scratch: usize,
): void {
  const tile = scratch + <usize>gemmScratch();
  const tops = row(tile, 2 * ROWS); // the highest score of each row so far
  const sums = float(tops, ROWS); // of e^(score - top)
  const factor = factorOf(bias);
  const start = lowest(i0);
  const seen = visible(i0 + rows);
  const to = float(y, i0 * D);
  // A sink is a key that every row sees, with a value of zeros.
  for (let i = 0; i < rows; i++) {
    store<f32>(float(tops, i), sink == 0 ? -Infinity : load<f32>(float(sink, (i0 + i) * sinkRow)));
    store<f32>(float(sums, i), sink == 0 ? 0 : 1);
  }
  if (seen <= start) memory.fill(to, 0, <usize>(rows * D) << 2);
  const most = format == 0 ? COLUMNS : min(COLUMNS, (WIDENED / D) & ~3);
  const widened = float(sums, ROWS);
  for (let j0 = start; j0 < seen; j0 += most) {
    const columns = min(most, seen - j0);
    scoreTile(q, tileOf(k, j0, columns, widened), mask, bias, i0, rows, j0, columns, tile, scratch);
    for (let i = 0; i < rows; i++) {
      const faded = weigh(row(tile, i), columns, factor, float(tops, i), float(sums, i), index + <u32>((i0 + i) * K + j0));
      if (j0 > start && faded != 1) multiply(float(to, i * D), faded);
    }
    gemm(tile, tileOf(v, j0, columns, widened), to, rows, D, columns, COLUMNS, 1, D, 1, D, 0, j0 > start ? 1 : 0, false, scratch);
  }
  for (let i = 0; i < rows; i++) {
    const sum = load<f32>(float(sums, i));
    const isSeen = sum != 0; // NaN is
    multiply(float(to, i * D), isSeen ? <f32>1 / sum : 0);
    store<f32>(float(logSumExp, i0 + i), isSeen ? load<f32>(float(tops, i)) + log(sum) : 0);
  }
}

/** The floats of `columns` keys or values from j0 on: where they are, or written to `widened`. */
function tileOf(rows: usize, j0: i32, columns: i32, widened: usize): usize {
  if (format == 0) return float(rows, j0 * D);
  widenRows(rows + <usize>j0 * rowBytes(D, format), widened, columns, D, format);
  return widened;
}

/** dq, dk and dv of one head. */
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
  const tile = scratch + <usize>gemmScratch(); // of weights
  const dtile = row(tile, ROWS); // of their gradient after dropout
  const means = row(tile, 2 * ROWS); // of that, by the weights: dy y
  const factor = factorOf(bias);
  memory.fill(dk, 0, <usize>(K * D) << 2);
  memory.fill(dv, 0, <usize>(K * D) << 2);
  for (let i0 = 0; i0 < Q; i0 += ROWS) {
    const rows = min(ROWS, Q - i0);
    const seen = visible(i0 + rows);
    const at = <usize>(i0 * D) << 2;
    if (seen == 0) memory.fill(dq + at, 0, <usize>(rows * D) << 2);
    for (let i = 0; i < rows; i++) {
      store<f32>(float(means, i), dot(float(dy + at, i * D), float(y + at, i * D)));
    }
    for (let j0 = 0; j0 < seen; j0 += COLUMNS) {
      const columns = min(COLUMNS, seen - j0);
      const there = <usize>(j0 * D) << 2;
      scoreTile(q, k + there, mask, bias, i0, rows, j0, columns, tile, scratch);
      gemm(dy + at, v + there, dtile, rows, columns, D, D, 1, 1, D, COLUMNS, 0, 0, true, scratch);
      for (let i = 0; i < rows; i++) {
        const sum = load<f32>(float(logSumExp, i0 + i));
        const mean = load<f32>(float(means, i));
        scoreGradient(row(tile, i), row(dtile, i), columns, factor, sum, mean, index + <u32>((i0 + i) * K + j0));
      }
      gemm(tile, dy + at, dv + there, columns, D, rows, 1, COLUMNS, D, 1, D, 0, 1, false, scratch);
      gemm(dtile, q + at, dk + there, columns, D, rows, 1, COLUMNS, D, 1, D, 0, 1, false, scratch);
      gemm(dtile, k + there, dq + at, rows, D, columns, COLUMNS, 1, D, 1, D, 0, j0 > 0 ? 1 : 0, false, scratch);
    }
  }
}

/**
 * Turns a row of scores into weights, dropped out and yet to be divided by their sum, which is brought up to date, as is
 * the highest score. Gives what the row's result so far is to be multiplied by.
 */
function weigh(at: usize, columns: i32, factor: f32, top: usize, sum: usize, index: u32): f32 {
  const end = at + (<usize>((columns + 3) & ~3) << 2);
  const by = splat(factor);
  let highest = splat(-Infinity);
  for (let p = at; p < end; p += 16) highest = f32x4.max(highest, f32x4.mul(v128.load(p), by));
  const before = load<f32>(top);
  const after = max(before, maxLanes(highest));
  if (after == -Infinity) {
    memory.fill(at, 0, end - at);
    return 1;
  }
  const shift = splat(-after);
  let sums = splat(0);
  if (keep == 0) {
    for (let p = at; p < end; p += 16) {
      const e = expDown(fma(v128.load(p), by, shift));
      sums = f32x4.add(sums, e);
      v128.store(p, e);
    }
  } else {
    for (let p = at; p < end; p += 16) {
      const e = expDown(fma(v128.load(p), by, shift));
      sums = f32x4.add(sums, e);
      v128.store(p, f32x4.mul(e, factors(index + <u32>((p - at) >> 2))));
    }
  }
  const faded = before == after ? <f32>1 : f32x4.extract_lane(expDown(splat(before - after)), 0);
  store<f32>(top, after);
  store<f32>(sum, load<f32>(sum) * faded + sumLanes(sums));
  return faded;
}

/** Turns a row of scores into dropped-out weights p f, and that of their gradients into p (dp f - mean) scale. */
function scoreGradient(
  at: usize,
  drow: usize,
  columns: i32,
  factor: f32,
  logSumExp: f32,
  mean: f32,
  index: u32,
): void {
  const end = <usize>((columns + 3) & ~3) << 2;
  const by = splat(factor);
  const shift = splat(-logSumExp);
  const delta = splat(mean);
  const step = splat(scale);
  for (let p: usize = 0; p < end; p += 16) {
    const weight = expDown(fma(v128.load(at + p), by, shift));
    let kept = weight;
    let dp = v128.load(drow + p);
    if (keep != 0) {
      const f = factors(index + <u32>(p >> 2));
      kept = f32x4.mul(weight, f);
      dp = f32x4.mul(dp, f);
    }
    v128.store(at + p, kept);
    v128.store(drow + p, f32x4.mul(f32x4.mul(weight, f32x4.sub(dp, delta)), step));
  }
}

// @ts-ignore: decorator
@inline
function factors(index: u32): v128 {
  return dropoutFactors(index, i32x4.splat(first), i32x4.splat(second), i32x4.splat(threshold), splat(keep));
}

/** Multiplies D numbers by one. */
function multiply(at: usize, factor: f32): void {
  const by = splat(factor);
  const whole = D & ~3;
  for (let d = 0; d < whole; d += 4) v128.store(float(at, d), f32x4.mul(v128.load(float(at, d)), by));
  for (let d = whole; d < D; d++) store<f32>(float(at, d), load<f32>(float(at, d)) * factor);
}

function dot(a: usize, b: usize): f32 {
  const whole = D & ~3;
  let sums = splat(0);
  for (let d = 0; d < whole; d += 4) sums = fma(v128.load(float(a, d)), v128.load(float(b, d)), sums);
  let sum = sumLanes(sums);
  for (let d = whole; d < D; d++) sum += load<f32>(float(a, d)) * load<f32>(float(b, d));
  return sum;
}
