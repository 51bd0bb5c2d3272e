// Kernels that walk the rows `from` to `to` of a matrix [rows, width], or some columns of all its rows.
import { expDown, fma, loadPart, maxLanes, log, splat, storePart, sumLanes } from "./simd";

/** out[j] = sum over rows of x[i, j], for the columns `from` to `to`. */
export function columnSum(x: usize, out: usize, rows: i32, width: i32, from: i32, to: i32): void {
  const shift = <usize>from << 2;
  memory.fill(out + shift, 0, <usize>(to - from) << 2);
  for (let i = 0; i < rows; i++) {
    addTo(out + shift, x + shift, to - from);
    x += <usize>width << 2;
  }
}

/** out[i] = sum over the columns of x[i, j]; stretches of it in single precision, those in double. */
export function rowSum(x: usize, out: usize, width: i32, from: i32, to: i32): void {
  x += <usize>(from * width) << 2;
  out += <usize>from << 2;
  for (let i = from; i < to; i++) {
    let total: f64 = 0;
    for (let j = 0; j < width; j += STRETCH) total += <f64>stretchSum(x + (<usize>j << 2), min(STRETCH, width - j));
    store<f32>(out, <f32>total);
    out += 4;
    x += <usize>width << 2;
  }
}

const STRETCH: i32 = 4096;

function stretchSum(x: usize, n: i32): f32 {
  const whole = n & ~7;
  let even = splat(0);
  let odd = splat(0);
  for (let j = 0; j < whole; j += 8) {
    const at = x + (<usize>j << 2);
    even = f32x4.add(even, v128.load(at));
    odd = f32x4.add(odd, v128.load(at, 16));
  }
  let sum = sumLanes(f32x4.add(even, odd));
  for (let j = whole; j < n; j++) sum += load<f32>(x + (<usize>j << 2));
  return sum;
}

/** to[j] += x[j] */
// @ts-ignore: decorator
@inline
function addTo(to: usize, x: usize, n: i32): void {
  let j = 0;
  for (; j + 8 <= n; j += 8) {
    const at = <usize>j << 2;
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(x + at)));
    v128.store(to + at, f32x4.add(v128.load(to + at, 16), v128.load(x + at, 16)), 16);
  }
  for (; j < n; j++) {
    const at = <usize>j << 2;
    store<f32>(to + at, load<f32>(to + at) + load<f32>(x + at));
  }
}

/** out[ids[i]] += x[i]; ids outside [0, segments) go nowhere. For the columns `from` to `to`. */
export function segmentSum(
  x: usize,
  ids: usize,
  out: usize,
  rows: i32,
  width: i32,
  segments: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  x += <usize>from << 2;
  out += <usize>from << 2;
  if (to - from == width) memory.fill(out, 0, <usize>segments * bytes);
  else for (let i = 0; i < segments; i++) memory.fill(out + <usize>i * bytes, 0, <usize>(to - from) << 2);
  for (let i = 0; i < rows; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (<u32>id < <u32>segments) addTo(out + <usize>id * bytes, x, to - from);
    x += bytes;
  }
}

/** out[i] = x[ids[i]], rows of `width` floats; gives the first id outside [0, size), or -1 if all are inside. */
export function gatherRows(x: usize, ids: usize, out: usize, count: i32, width: i32, size: i32): i32 {
  const bytes = <usize>width << 2;
  for (let i = 0; i < count; i++) {
    const id = load<i32>(ids + (<usize>i << 2));
    if (<u32>id >= <u32>size) return i;
    memory.copy(out, x + <usize>id * bytes, bytes);
    out += bytes;
  }
  return -1;
}

/** y = (x - mean) rstd weight + bias, row by row; saves mean and 1 / deviation. */
export function layerNorm(
  x: usize,
  weight: usize,
  bias: usize,
  y: usize,
  means: usize,
  rstds: usize,
  width: i32,
  eps: f32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  const whole = width & ~3;
  const rest = width - whole;
  const end = <usize>whole << 2;
  x += <usize>from * bytes;
  y += <usize>from * bytes;
  means += <usize>from << 2;
  rstds += <usize>from << 2;
  for (let i = from; i < to; i++) {
    let sums = splat(0);
    for (let at: usize = 0; at < end; at += 16) sums = f32x4.add(sums, v128.load(x + at));
    if (rest > 0) sums = f32x4.add(sums, loadPart(x + end, rest, 0));
    const mean = sumLanes(sums) / <f32>width;
    const shift = splat(mean);
    let squares = splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      const c = f32x4.sub(v128.load(x + at), shift);
      squares = fma(c, c, squares);
    }
    if (rest > 0) {
      const c = f32x4.sub(loadPart(x + end, rest, mean), shift);
      squares = fma(c, c, squares);
    }
    const rstd = <f32>1 / sqrt<f32>(sumLanes(squares) / <f32>width + eps);
    const scale = splat(rstd);
    for (let at: usize = 0; at < end; at += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + at), shift), scale);
      v128.store(y + at, fma(normal, v128.load(weight + at), v128.load(bias + at)));
    }
    if (rest > 0) {
      const normal = f32x4.mul(f32x4.sub(loadPart(x + end, rest, 0), shift), scale);
      const scaled = fma(normal, loadPart(weight + end, rest, 0), loadPart(bias + end, rest, 0));
      storePart(y + end, scaled, rest);
    }
    store<f32>(means, mean);
    store<f32>(rstds, rstd);
    means += 4;
    rstds += 4;
    x += bytes;
    y += bytes;
  }
}

/** y = x / sqrt(mean(x^2) + eps) (offset + weight), row by row; y may be x. */
export function rmsNorm(
  x: usize,
  weight: usize,
  y: usize,
  width: i32,
  eps: f32,
  offset: f32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  const rest = width & 3;
  const end = <usize>(width - rest) << 2;
  const shift = splat(offset);
  x += <usize>from * bytes;
  y += <usize>from * bytes;
  for (let i = from; i < to; i++) {
    let squares = splat(0);
    for (let at: usize = 0; at < end; at += 16) squares = fma(v128.load(x + at), v128.load(x + at), squares);
    if (rest > 0) {
      const part = loadPart(x + end, rest, 0);
      squares = fma(part, part, squares);
    }
    const scale = splat(<f32>1 / sqrt<f32>(sumLanes(squares) / <f32>width + eps));
    for (let at: usize = 0; at < end; at += 16) {
      const normal = f32x4.mul(v128.load(x + at), scale);
      v128.store(y + at, f32x4.mul(normal, f32x4.add(v128.load(weight + at), shift)));
    }
    if (rest > 0) {
      const normal = f32x4.mul(loadPart(x + end, rest, 0), scale);
      storePart(y + end, f32x4.mul(normal, f32x4.add(loadPart(weight + end, rest, 0), shift)), rest);
    }
    x += bytes;
    y += bytes;
  }
}

/** With n = (x - mean) rstd and g = dy weight: dx = rstd (g - mean(g) - n mean(g n)). */
export function layerNormGradient(
  x: usize,
  weight: usize,
  means: usize,
  rstds: usize,
  dy: usize,
  dx: usize,
  width: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  const whole = width & ~3;
  const rest = width - whole;
  const end = <usize>whole << 2;
  x += <usize>from * bytes;
  dy += <usize>from * bytes;
  dx += <usize>from * bytes;
  for (let i = from; i < to; i++) {
    const mean = load<f32>(means + (<usize>i << 2));
    const shift = splat(mean);
    const scale = splat(load<f32>(rstds + (<usize>i << 2)));
    let sumG = splat(0);
    let sumGN = splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + at), shift), scale);
      const g = f32x4.mul(v128.load(dy + at), v128.load(weight + at));
      sumG = f32x4.add(sumG, g);
      sumGN = fma(g, n, sumGN);
    }
    if (rest > 0) {
      const n = f32x4.mul(f32x4.sub(loadPart(x + end, rest, mean), shift), scale);
      const g = f32x4.mul(loadPart(dy + end, rest, 0), loadPart(weight + end, rest, 0));
      sumG = f32x4.add(sumG, g);
      sumGN = fma(g, n, sumGN);
    }
    const meanG = splat(sumLanes(sumG) / <f32>width);
    const meanGN = splat(sumLanes(sumGN) / <f32>width);
    for (let at: usize = 0; at < end; at += 16) {
      const n = f32x4.mul(f32x4.sub(v128.load(x + at), shift), scale);
      const g = f32x4.mul(v128.load(dy + at), v128.load(weight + at));
      v128.store(dx + at, f32x4.mul(f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(n, meanGN)), scale));
    }
    if (rest > 0) {
      const n = f32x4.mul(f32x4.sub(loadPart(x + end, rest, 0), shift), scale);
      const g = f32x4.mul(loadPart(dy + end, rest, 0), loadPart(weight + end, rest, 0));
      storePart(dx + end, f32x4.mul(f32x4.sub(f32x4.sub(g, meanG), f32x4.mul(n, meanGN)), scale), rest);
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/** dweight = sum over rows of dy (x - mean) rstd, dbias = sum of dy, for the columns `from` to `to`. */
export function layerNormWeightGradient(
  x: usize,
  means: usize,
  rstds: usize,
  dy: usize,
  dweight: usize,
  dbias: usize,
  rows: i32,
  width: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  const columns = to - from;
  const whole = columns & ~3;
  const rest = columns - whole;
  const end = <usize>whole << 2;
  const first = <usize>from << 2;
  x += first;
  dy += first;
  dweight += first;
  dbias += first;
  memory.fill(dweight, 0, <usize>columns << 2);
  memory.fill(dbias, 0, <usize>columns << 2);
  for (let i = 0; i < rows; i++) {
    const mean = load<f32>(means + (<usize>i << 2));
    const shift = splat(mean);
    const scale = splat(load<f32>(rstds + (<usize>i << 2)));
    for (let at: usize = 0; at < end; at += 16) {
      const d = v128.load(dy + at);
      const n = f32x4.mul(f32x4.sub(v128.load(x + at), shift), scale);
      v128.store(dweight + at, fma(d, n, v128.load(dweight + at)));
      v128.store(dbias + at, f32x4.add(d, v128.load(dbias + at)));
    }
    if (rest > 0) {
      const d = loadPart(dy + end, rest, 0);
      const n = f32x4.mul(f32x4.sub(loadPart(x + end, rest, mean), shift), scale);
      storePart(dweight + end, fma(d, n, loadPart(dweight + end, rest, 0)), rest);
      storePart(dbias + end, f32x4.add(d, loadPart(dbias + end, rest, 0)), rest);
    }
    x += bytes;
    dy += bytes;
  }
}

// @ts-ignore: decorator
@inline
function rowMax(x: usize, width: i32): f32 {
  const whole = width & ~3;
  let highest = splat(-Infinity);
  for (let j = 0; j < whole; j += 4) highest = f32x4.max(highest, v128.load(x + (<usize>j << 2)));
  if (whole < width) highest = f32x4.max(highest, loadPart(x + (<usize>whole << 2), width - whole, -Infinity));
  return maxLanes(highest);
}

/** y = softmax of each row. */
export function softmax(x: usize, y: usize, width: i32, from: i32, to: i32): void {
  const bytes = <usize>width << 2;
  const end = <usize>(width & ~3) << 2;
  const rest = width & 3;
  x += <usize>from * bytes;
  y += <usize>from * bytes;
  for (let i = from; i < to; i++) {
    const highest = splat(rowMax(x, width));
    let sums = splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      const e = expDown(f32x4.sub(v128.load(x + at), highest));
      sums = f32x4.add(sums, e);
      v128.store(y + at, e);
    }
    if (rest > 0) {
      const e = expDown(f32x4.sub(loadPart(x + end, rest, -Infinity), highest));
      sums = f32x4.add(sums, e);
      storePart(y + end, e, rest);
    }
    const scale = splat(<f32>1 / sumLanes(sums));
    for (let at: usize = 0; at < end; at += 16) v128.store(y + at, f32x4.mul(v128.load(y + at), scale));
    if (rest > 0) storePart(y + end, f32x4.mul(loadPart(y + end, rest, 0), scale), rest);
    x += bytes;
    y += bytes;
  }
}

/** dx = y (dy - sum(dy y)). */
export function softmaxGradient(y: usize, dy: usize, dx: usize, width: i32, from: i32, to: i32): void {
  const bytes = <usize>width << 2;
  const end = <usize>(width & ~3) << 2;
  const rest = width & 3;
  y += <usize>from * bytes;
  dy += <usize>from * bytes;
  dx += <usize>from * bytes;
  for (let i = from; i < to; i++) {
    let sums = splat(0);
    for (let at: usize = 0; at < end; at += 16) sums = fma(v128.load(y + at), v128.load(dy + at), sums);
    if (rest > 0) sums = fma(loadPart(y + end, rest, 0), loadPart(dy + end, rest, 0), sums);
    const mean = splat(sumLanes(sums));
    for (let at: usize = 0; at < end; at += 16) {
      v128.store(dx + at, f32x4.mul(v128.load(y + at), f32x4.sub(v128.load(dy + at), mean)));
    }
    if (rest > 0) {
      const d = f32x4.mul(loadPart(y + end, rest, 0), f32x4.sub(loadPart(dy + end, rest, 0), mean));
      storePart(dx + end, d, rest);
    }
    y += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/** loss = logsumexp - (1 - smoothing) x[label] - smoothing mean(x); 0 where ignored, NaN where the label is no class. */
export function crossEntropy(
  x: usize,
  labels: usize,
  loss: usize,
  logSumExps: usize,
  width: i32,
  smoothing: f32,
  ignore: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  const end = <usize>(width & ~3) << 2;
  const rest = width & 3;
  x += <usize>from * bytes;
  labels += <usize>from << 2;
  loss += <usize>from << 2;
  logSumExps += <usize>from << 2;
  for (let i = from; i < to; i++) {
    const label = load<i32>(labels);
    let cost: f32 = 0;
    let logSumExp: f32 = 0;
    if (label != ignore) {
      const top = rowMax(x, width);
      const highest = splat(top);
      let sums = splat(0);
      let all = splat(0);
      for (let at: usize = 0; at < end; at += 16) {
        const value = v128.load(x + at);
        all = f32x4.add(all, value);
        sums = f32x4.add(sums, expDown(f32x4.sub(value, highest)));
      }
      if (rest > 0) {
        all = f32x4.add(all, loadPart(x + end, rest, 0));
        sums = f32x4.add(sums, expDown(f32x4.sub(loadPart(x + end, rest, -Infinity), highest)));
      }
      logSumExp = top + log(sumLanes(sums));
      if (<u32>label < <u32>width) {
        cost = (<f32>1 - smoothing) * (logSumExp - load<f32>(x + (<usize>label << 2)));
        if (smoothing != 0) cost += smoothing * (logSumExp - sumLanes(all) / <f32>width);
      } else {
        cost = NaN;
      }
    }
    store<f32>(loss, cost);
    store<f32>(logSumExps, logSumExp);
    labels += 4;
    loss += 4;
    logSumExps += 4;
    x += bytes;
  }
}

/** out[i] = log of the sum of e^x[i, j]; an infinite or undefined maximum is the result. */
export function logSumExp(x: usize, out: usize, width: i32, from: i32, to: i32): void {
  const bytes = <usize>width << 2;
  const end = <usize>(width & ~3) << 2;
  const rest = width & 3;
  x += <usize>from * bytes;
  out += <usize>from << 2;
  for (let i = from; i < to; i++) {
    const top = rowMax(x, width);
    const highest = splat(top);
    let sums = splat(0);
    for (let at: usize = 0; at < end; at += 16) {
      sums = f32x4.add(sums, expDown(f32x4.sub(v128.load(x + at), highest)));
    }
    if (rest > 0) sums = f32x4.add(sums, expDown(f32x4.sub(loadPart(x + end, rest, -Infinity), highest)));
    store<f32>(out, abs<f32>(top) < Infinity ? top + log(sumLanes(sums)) : top);
    out += 4;
    x += bytes;
  }
}

/** dx = dy (softmax(x) - smoothing / V - (1 - smoothing) onehot). */
export function crossEntropyGradient(
  x: usize,
  labels: usize,
  logSumExps: usize,
  dy: usize,
  dx: usize,
  width: i32,
  smoothing: f32,
  ignore: i32,
  from: i32,
  to: i32,
): void {
  const bytes = <usize>width << 2;
  const end = <usize>(width & ~3) << 2;
  const rest = width & 3;
  const evenly = splat(smoothing / <f32>width);
  x += <usize>from * bytes;
  dx += <usize>from * bytes;
  labels += <usize>from << 2;
  logSumExps += <usize>from << 2;
  dy += <usize>from << 2;
  for (let i = from; i < to; i++) {
    const label = load<i32>(labels);
    const weight = load<f32>(dy);
    if (label == ignore) {
      memory.fill(dx, 0, bytes);
    } else {
      const scale = splat(<u32>label < <u32>width ? weight : NaN);
      const shift = splat(load<f32>(logSumExps));
      for (let at: usize = 0; at < end; at += 16) {
        const p = expDown(f32x4.sub(v128.load(x + at), shift));
        v128.store(dx + at, f32x4.mul(f32x4.sub(p, evenly), scale));
      }
      if (rest > 0) {
        const p = expDown(f32x4.sub(loadPart(x + end, rest, 0), shift));
        storePart(dx + end, f32x4.mul(f32x4.sub(p, evenly), scale), rest);
      }
      if (<u32>label < <u32>width) {
        const at = dx + (<usize>label << 2);
        store<f32>(at, load<f32>(at) - weight * (<f32>1 - smoothing));
      }
    }
    labels += 4;
    logSumExps += 4;
    dy += 4;
    x += bytes;
    dx += bytes;
  }
}
