// Kernels that go over the elements `from` to `to`, whatever their shape. `from` is a multiple of 4.
import { dropoutFactors, exp, expDown, fma, loadPart, normalCdf, splat, storePart } from "./simd";

/** Dropout, its gradient too. */
export function dropout(
  x: usize,
  y: usize,
  first: i32,
  second: i32,
  threshold: i32,
  scale: f32,
  from: i32,
  to: i32,
): void {
  const a = i32x4.splat(first);
  const b = i32x4.splat(second);
  const t = i32x4.splat(threshold);
  const s = splat(scale);
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = (<usize>i) << 2;
    v128.store(y + at, f32x4.mul(v128.load(x + at), dropoutFactors(i, a, b, t, s)));
  }
  for (let i = whole; i < to; i++) {
    const at = (<usize>i) << 2;
    store<f32>(y + at, load<f32>(x + at) * f32x4.extract_lane(dropoutFactors(i, a, b, t, s), 0));
  }
}

/**
 * One step of AdamW; the gradient is read, the others are written. `gain1` and `gain2` are 1 - beta, which in float32
 * would be off by 5e-5 of itself for 0.999.
 */
export function adamW(
  parameter: usize,
  gradient: usize,
  first: usize,
  second: usize,
  beta1: f32,
  beta2: f32,
  gradientScale: f32,
  decay: f32,
  stepSize: f32,
  secondScale: f32,
  eps: f32,
  gain1: f32,
  gain2: f32,
  from: i32,
  to: i32,
): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = (<usize>i) << 2;
    const g = f32x4.mul(v128.load(gradient + at), splat(gradientScale));
    const m = fma(v128.load(first + at), splat(beta1), f32x4.mul(g, splat(gain1)));
    const v = fma(v128.load(second + at), splat(beta2), f32x4.mul(f32x4.mul(g, g), splat(gain2)));
    const deviation = f32x4.add(f32x4.mul(f32x4.sqrt(v), splat(secondScale)), splat(eps));
    const change = f32x4.mul(f32x4.div(m, deviation), splat(stepSize));
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(parameter + at, f32x4.sub(f32x4.mul(v128.load(parameter + at), splat(decay)), change));
  }
  for (let i = whole; i < to; i++) {
    const at = (<usize>i) << 2;
    const g = load<f32>(gradient + at) * gradientScale;
    const m = load<f32>(first + at) * beta1 + g * gain1;
    const v = load<f32>(second + at) * beta2 + g * g * gain2;
    store<f32>(first + at, m);
    store<f32>(second + at, v);
    const change = (m / (sqrt<f32>(v) * secondScale + eps)) * stepSize;
    store<f32>(parameter + at, load<f32>(parameter + at) * decay - change);
  }
}

// The activations by number: 0 relu, 1 gelu, 2 geluTanh, 3 silu, 4 quickGelu. Both passes hand the last, partial four to the same
// code, padded with zeros.

const TANH_SCALE: f32 = 1.5957691; // 2 sqrt(2 / pi): (1 + tanh(u)) / 2 is the sigmoid of 2 u
const TANH_CUBE: f32 = 0.044715;
const QUICK: f32 = 1.702;

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
function gauss(x: v128): v128 {
  return expDown(f32x4.mul(f32x4.mul(x, x), splat(-0.5)));
}

// @ts-ignore: decorator
@inline
function tanhInner(x: v128): v128 {
  return f32x4.mul(f32x4.mul(x, splat(TANH_SCALE)), fma(f32x4.mul(x, x), splat(TANH_CUBE), splat(1)));
}

/** What the sigmoid that x is multiplied by is of. */
// @ts-ignore: decorator
@inline
function gated(kind: i32, x: v128): v128 {
  if (kind == 2) return tanhInner(x);
  return kind == 4 ? f32x4.mul(x, splat(QUICK)) : x;
}

function activation(kind: i32, x: v128): v128 {
  if (kind == 0) return f32x4.max(x, splat(0));
  if (kind == 1) return f32x4.mul(x, normalCdf(x, gauss(x)));
  return f32x4.mul(x, sigmoid(gated(kind, x)));
}

function slope(kind: i32, x: v128): v128 {
  if (kind == 0) return v128.and(splat(1), f32x4.gt(x, splat(0)));
  if (kind == 1) {
    const density = gauss(x);
    return fma(x, f32x4.mul(density, splat(0.39894228)), normalCdf(x, density)); // 1 / sqrt(2 pi)
  }
  const s = sigmoid(gated(kind, x));
  const inner =
    kind == 2
      ? f32x4.mul(splat(TANH_SCALE), fma(f32x4.mul(x, x), splat(<f32>3 * TANH_CUBE), splat(1)))
      : splat(kind == 4 ? QUICK : 1);
  // s + x s (1 - s) inner'
  return fma(f32x4.mul(f32x4.mul(x, inner), s), f32x4.sub(splat(1), s), s);
}

export function activate(kind: i32, x: usize, y: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  for (let i = from; i < whole; i += 4) {
    const at = <usize>i << 2;
    v128.store(y + at, activation(kind, v128.load(x + at)));
  }
  const at = <usize>whole << 2;
  if (whole < to) storePart(y + at, activation(kind, loadPart(x + at, to - whole, 0)), to - whole);
}

export function activateGradient(kind: i32, x: usize, dy: usize, dx: usize, from: i32, to: i32): void {
  const whole = from + ((to - from) & ~3);
  if (kind == 0) {
    for (let i = from; i < whole; i += 4) {
      const at = <usize>i << 2;
      v128.store(dx + at, v128.and(v128.load(dy + at), f32x4.gt(v128.load(x + at), splat(0))));
    }
  } else {
    for (let i = from; i < whole; i += 4) {
      const at = <usize>i << 2;
      v128.store(dx + at, f32x4.mul(v128.load(dy + at), slope(kind, v128.load(x + at))));
    }
  }
  const at = <usize>whole << 2;
  if (whole < to) {
    const part = loadPart(x + at, to - whole, 0);
    storePart(dx + at, f32x4.mul(loadPart(dy + at, to - whole, 0), slope(kind, part)), to - whole);
  }
}

/** out[i] = a[i] + b[i % period]; period is 1 or more. */
export function add(a: usize, b: usize, out: usize, period: i32, from: i32, to: i32): void {
  const one = splat(load<f32>(b));
  for (let i = from; i < to; ) {
    const place = period == 1 ? 0 : i % period;
    const end = period == 1 ? to : min(to, i + period - place);
    let y = b + (<usize>place << 2);
    for (; i + 4 <= end; i += 4) {
      const at = <usize>i << 2;
      v128.store(out + at, f32x4.add(v128.load(a + at), period == 1 ? one : v128.load(y)));
      y += 16;
    }
    for (; i < end; i++) {
      const at = <usize>i << 2;
      store<f32>(out + at, load<f32>(a + at) + load<f32>(period == 1 ? b : y));
      y += 4;
    }
  }
}

/** out[i] = a[i] * b[i % period]; as add. */
export function multiply(a: usize, b: usize, out: usize, period: i32, from: i32, to: i32): void {
  const one = splat(load<f32>(b));
  for (let i = from; i < to; ) {
    const place = period == 1 ? 0 : i % period;
    const end = period == 1 ? to : min(to, i + period - place);
    let y = b + (<usize>place << 2);
    for (; i + 4 <= end; i += 4) {
      const at = <usize>i << 2;
      v128.store(out + at, f32x4.mul(v128.load(a + at), period == 1 ? one : v128.load(y)));
      y += 16;
    }
    for (; i < end; i++) {
      const at = <usize>i << 2;
      store<f32>(out + at, load<f32>(a + at) * load<f32>(period == 1 ? b : y));
      y += 4;
    }
  }
}

/**
 * Elements of 4 bytes in another order: axis i of the result has d_i elements, s_i apart in x. Goes over the rows of the
 * result's first three axes.
 */
export function permute(
  x: usize,
  y: usize,
  d1: i32,
  d2: i32,
  d3: i32,
  s0: i32,
  s1: i32,
  s2: i32,
  s3: i32,
  from: i32,
  to: i32,
): void {
  const step = <usize>s3 << 2;
  y += <usize>(from * d3) << 2;
  for (let row = from; row < to; row++) {
    const i2 = row % d2;
    const outer = row / d2;
    let at = x + (<usize>((outer / d1) * s0 + (outer % d1) * s1 + i2 * s2) << 2);
    let i3 = 0;
    if (s3 == 1) {
      for (; i3 + 4 <= d3; i3 += 4) {
        v128.store(y, v128.load(at));
        at += 16;
        y += 16;
      }
    }
    for (; i3 < d3; i3++) {
      store<i32>(y, load<i32>(at));
      at += step;
      y += 4;
    }
  }
}
