import type { RowFormat } from "@qkv/ops";
import {
  packRowText,
  readRowText,
  roundingText,
  roundRowText,
  unitsText,
  wordsText,
} from "../kernels/cachedRowText.ts";
import type { Binding, DeviceShader } from "./deviceShader.ts";
import type { NormShape } from "./matVec.ts";
import { LOWEST, reductionsText } from "./reductions.ts";

/** What changes the text of an attention of one query. */
export interface AttendShape {
  readonly subgroups: boolean;
  /** D */
  readonly headDim: number;
  /** H */
  readonly numHeads: number;
  /** G */
  readonly numKeyValueHeads: number;
  /** Keys of the text so far, to which this step adds its own; or of a memory, which stays as it is. */
  readonly of: "text" | "memory";
  /** How keys and values of a text are held if not as floats. */
  readonly format: RowFormat | undefined;
  /** Of queries and keys: of each head, or of all heads at once. */
  readonly norm: (NormShape & { readonly isAcross: boolean }) | undefined;
  /** Features that turn, by pairs. */
  readonly rotary: { readonly dim: number; readonly layout: "halves" | "interleaved" } | undefined;
  readonly hasWindow: boolean;
  readonly hasSoftcap: boolean;
  readonly hasSinks: boolean;
  readonly hasMask: boolean;
  /** Whether rows continue others: beams. */
  readonly hasOrigins: boolean;
  /** Whether keys are spread over workgroups, whose sums `combineShader` adds. */
  readonly isSplit: boolean;
}

/**
 * Keys of a workgroup where they are spread over several: 8 heads of a text of 2,048 tokens then are 64 workgroups in place of 8,
 * and the sums that are written for each are a hundredth of what is read.
 */
export const KEYS_PER_SPLIT = 256;

/** Threads of a workgroup: a tile of so many keys has a score of each thread, and each feature of a value has a thread. */
export function attendThreads(headDim: number): number {
  return headDim <= 64 ? 64 : 128;
}

/** The places of `control`, an array of int32 that each step writes. Behind them, the numbers that draws are made by. */
export const CONTROL = { position: 0, place: 1, forced: 2, draws: 3 } as const;

/**
 * Attention of one query of each row and head, by a softmax that goes along tiles of keys. The key of this position turns, and
 * is written to the cache with its value, on the way: nobody else reads that place in this dispatch.
 *
 * `x` holds queries, and of a text keys and values behind them; `extras` the weights and biases of both norms, and the sinks.
 */
export function attendShader(shape: AttendShape): DeviceShader {
  const { subgroups, headDim, numHeads, numKeyValueHeads, format, norm, rotary, hasSinks, hasMask } = shape;
  const { hasOrigins, isSplit } = shape;
  const isText = shape.of === "text";
  const threads = attendThreads(headDim);
  const aligned = headDim % 4 === 0;
  const floats = (name: string): Binding => ({ name, type: "f32" });
  const bindings: Binding[] = [
    { name: "control", type: "i32" },
    floats("x"),
    { name: "keys", type: format !== undefined ? "i32" : aligned ? "vec4<f32>" : "f32", isWritten: isText },
    { name: "values", type: format === undefined ? "f32" : "i32", isWritten: isText },
    ...(rotary === undefined ? [] : [floats("angles")]),
    ...(norm !== undefined || hasSinks ? [floats("extras")] : []),
    ...(hasMask ? [{ name: "mask", type: "i32" } as const] : []),
    ...(hasOrigins ? [{ name: "origins", type: "i32" } as const] : []),
    { name: "result", type: "f32", isWritten: true },
  ];
  return {
    bindings,
    uniforms: [
      ...(["capacity", "stride", "window", "rowsOfMemory", "keyNorm", "sinks", "splits"] as const).map(
        (name) => [name, "i32"] as const,
      ),
      ...(["scale", "softcap", "eps"] as const).map((name) => [name, "f32"] as const),
    ],
    threads,
    code: /* wgsl */ `
  const D = ${headDim};
  const HEADS = ${numHeads};
  const GROUPS = ${numKeyValueHeads};
  const LANES = ${threads};
  const PER_THREAD = ${Math.ceil(headDim / threads)};
  const LOWEST = ${LOWEST};
  ${reductionsText(threads, subgroups, [
    { name: "laneSum", type: "f32", by: "sum" },
    { name: "laneMax", type: "f32", by: "max" },
  ])}
  var<workgroup> query: array<f32, D>;
  var<workgroup> newKey: array<f32, D>;
  var<workgroup> weights: array<f32, LANES>;

  ${normText(norm)}
  ${turnText(rotary)}

  ${format === undefined ? "" : narrowText(format, headDim)}
  fn keyDot(at: i32) -> f32 {
    var sum = 0.0;
    ${
      aligned
        ? `for (var i = 0; i < D / 4; i++) {
      let four = ${format === undefined ? "keys[at * (D / 4) + i]" : "keys_quad(at * WORDS, i)"};
      sum += dot(vec4(query[4 * i], query[4 * i + 1], query[4 * i + 2], query[4 * i + 3]), four);
    }`
        : "for (var i = 0; i < D; i++) { sum += query[i] * keys[at * D + i]; }"
    }
    return sum;
  }

  fn run(group: vec3<i32>) {
    let head = group.x;
    let row = group.y;
    let part = group.z;
    let lane = i32(localIndex);
    let pair = head / (HEADS / GROUPS);
    let position = control[${CONTROL.position}];
    let before = row * uniforms.stride;
    let count = ${isText ? "position + 1" : "uniforms.capacity"};
    var first = ${shape.hasWindow ? "max(count - uniforms.window, 0)" : "0"};
    var end = count;
    ${isSplit ? `first = max(first, part * ${KEYS_PER_SPLIT}); end = min(end, (part + 1) * ${KEYS_PER_SPLIT});` : ""}
    turn(before, head, HEADS, 0, position);
    for (var d = lane; d < D; d += LANES) { query[d] = turned(before + head * D, head, d, 0, position) * uniforms.scale; }
    ${isText ? NEW_KEY(aligned, hasOrigins, format) : ""}
    workgroupBarrier();
    var most = LOWEST;
    var sum = 0.0;
    var pooled: array<f32, PER_THREAD>;
    for (var tile = first; tile < end; tile += LANES) {
      let j = tile + lane;
      var score = LOWEST;
      var isSeen = j < end;
      ${hasMask ? "if (isSeen) { isSeen = mask[(row / uniforms.rowsOfMemory) * uniforms.capacity + j] != 0; }" : ""}
      if (isSeen) {
        ${isText ? "if (j == position) { score = newDot(); } else { score = keyDot(placeOf(row, pair, j)); }" : "score = keyDot(placeOf(row, pair, j));"}
        ${shape.hasSoftcap ? "score = uniforms.softcap * tanh(clamp(score / uniforms.softcap, -20.0, 20.0));" : ""}
      }
      let next = max(most, laneMax(score));
      let weight = select(0.0, exp(score - next), isSeen);
      weights[lane] = weight;
      let tileSum = laneSum(weight);
      let kept = exp(most - next);
      sum = sum * kept + tileSum;
      most = next;
      for (var i = 0; i < PER_THREAD; i++) {
        let d = lane + i * LANES;
        if (d < D) {
          var all = pooled[i] * kept;
          for (var t = 0; t < min(LANES, end - tile); t++) { all += weights[t] * valueAt(row, pair, tile + t, d, position); }
          pooled[i] = all;
        }
      }
      workgroupBarrier();
    }
    ${isSplit ? WRITE_PART : WRITE(hasSinks)}
  }

  fn placeOf(row: i32, pair: i32, j: i32) -> i32 {
    let at = ${isText ? (hasOrigins ? "origins[row * uniforms.capacity + j]" : "row") : "row / uniforms.rowsOfMemory"};
    return (at * GROUPS + pair) * uniforms.capacity + j;
  }
  fn valueAt(row: i32, pair: i32, j: i32, d: i32, position: i32) -> f32 {
    ${isText ? `if (j == position) { return ${format === undefined ? "x[row * uniforms.stride + (HEADS + GROUPS + pair) * D + d]" : "newValue[d]"}; }` : ""}
    return ${format === undefined ? "values[placeOf(row, pair, j) * D + d]" : "values_at(placeOf(row, pair, j) * WORDS, d)"};
  }
  fn newDot() -> f32 {
    var sum = 0.0;
    for (var i = 0; i < D; i++) { sum += query[i] * newKey[i]; }
    return sum;
  }`,
  };
}

/** Turns the key of this position; the first head of those that share it writes it, and its value, where they stay. */
const NEW_KEY = (aligned: boolean, hasOrigins: boolean, format: RowFormat | undefined) => /* wgsl */ `
    if (position < end && position >= first) {
      turn(before + HEADS * D, pair, GROUPS, uniforms.keyNorm, position);
      for (var d = lane; d < D; d += LANES) {
        newKey[d] = turned(before + (HEADS + pair) * D, pair, d, uniforms.keyNorm, position);
        ${format === undefined ? "" : "newValue[d] = x[before + (HEADS + GROUPS + pair) * D + d];"}
      }
      workgroupBarrier();
      ${format === undefined ? "" : ROUND}
      if (head % (HEADS / GROUPS) == 0) {
        let at = ${hasOrigins ? "(row * GROUPS + pair) * uniforms.capacity + position" : "placeOf(row, pair, position)"};
        ${
          format !== undefined
            ? PACK
            : aligned
              ? "for (var i = lane; i < D / 4; i += LANES) { keys[at * (D / 4) + i] = vec4(newKey[4 * i], newKey[4 * i + 1], newKey[4 * i + 2], newKey[4 * i + 3]); }"
              : "for (var i = lane; i < D; i += LANES) { keys[at * D + i] = newKey[i]; }"
        }
        ${format === undefined ? "for (var d = lane; d < D; d += LANES) { values[at * D + d] = x[before + (HEADS + GROUPS + pair) * D + d]; }" : ""}
      }
    }`;

/** Of keys and values in fewer bits: this position is read by its own heads as all others will read it. */
const ROUND = /* wgsl */ `
      for (var unit = lane; unit < UNITS; unit += LANES) {
        newKey_round(unit);
        newValue_round(unit);
      }
      workgroupBarrier();`;

const PACK = /* wgsl */ `
        for (var unit = lane; unit < UNITS; unit += LANES) {
          keys_pack(at * WORDS, 0, unit, D);
          values_pack(at * WORDS, 0, unit, D);
        }`;

function narrowText(format: RowFormat, headDim: number): string {
  return /* wgsl */ `
  const WORDS = ${wordsText(format, "D")};
  const UNITS = ${unitsText(format, "D")};
  var<workgroup> newValue: array<f32, D>;
  ${roundingText(format)}
  ${readRowText("keys", format)}
  ${readRowText("values", format)}
  ${roundRowText("newKey", format, headDim)}
  ${roundRowText("newValue", format, headDim)}
  ${packRowText("keys", format, (at) => `newKey[${at}]`)}
  ${packRowText("values", format, (at) => `newValue[${at}]`)}`;
}

const WRITE = (hasSinks: boolean) => /* wgsl */ `
    ${hasSinks ? SINK : "let factor = select(0.0, 1.0 / sum, sum > 0.0);"}
    for (var i = 0; i < PER_THREAD; i++) {
      let d = lane + i * LANES;
      if (d < D) { result[(row * HEADS + head) * D + d] = pooled[i] * factor; }
    }`;

const SINK = /* wgsl */ `
    let sink = extras[uniforms.sinks + head];
    let top = max(most, sink);
    let factor = exp(most - top) / (sum * exp(most - top) + exp(sink - top));`;

const WRITE_PART = /* wgsl */ `
    let at = ((row * HEADS + head) * uniforms.splits + part) * (D + 2);
    for (var i = 0; i < PER_THREAD; i++) {
      let d = lane + i * LANES;
      if (d < D) { result[at + d] = pooled[i]; }
    }
    if (lane == 0) {
      result[at + D] = most;
      result[at + D + 1] = sum;
    }`;

/** `turn` measures a head for its norm, which every thread calls; `normedAt` is a feature of it. */
function normText(norm: AttendShape["norm"]): string {
  if (norm === undefined) {
    return /* wgsl */ `
  fn turn(start: i32, head: i32, heads: i32, norm: i32, position: i32) {}
  fn normedAt(at: i32, head: i32, d: i32, norm: i32) -> f32 { return x[at + d]; }`;
  }
  const { kind, unitOffset, hasBias, isAcross } = norm;
  const [from, width] = isAcross ? ["start", "heads * D"] : ["start + head * D", "D"];
  const weight = isAcross ? "head * D + d" : "d";
  return /* wgsl */ `
  var<private> center: f32;
  var<private> factor: f32;
  var<private> normWidth: i32;
  fn turn(start: i32, head: i32, heads: i32, norm: i32, position: i32) {
    let width = ${width};
    var sum = 0.0;
    ${kind === "layerNorm" ? `for (var i = i32(localIndex); i < width; i += LANES) { sum += x[${from} + i]; }` : ""}
    center = ${kind === "layerNorm" ? "laneSum(sum) / f32(width)" : "0.0"};
    var squares = 0.0;
    for (var i = i32(localIndex); i < width; i += LANES) {
      let c = x[${from} + i] - center;
      squares += c * c;
    }
    factor = inverseSqrt(laneSum(squares) / f32(width) + uniforms.eps);
    normWidth = width;
  }
  fn normedAt(at: i32, head: i32, d: i32, norm: i32) -> f32 {
    let weight = extras[norm + ${weight}]${unitOffset ? " + 1.0" : ""};
    return (x[at + d] - center) * factor * weight${hasBias ? ` + extras[norm + normWidth + ${weight}]` : ""};
  }`;
}

/** `turned`: a feature of a head, normed and turned. */
function turnText(rotary: AttendShape["rotary"]): string {
  const plain = "normedAt(at, head, d, norm)";
  const text = (body: string) => /* wgsl */ `
  fn turned(at: i32, head: i32, d: i32, norm: i32, position: i32) -> f32 {
    ${body}
  }`;
  if (rotary === undefined) return text(`return ${plain};`);
  const half = rotary.dim / 2;
  const isHalves = rotary.layout === "halves";
  return text(/* wgsl */ `
    let value = ${plain};
    if (d >= ${rotary.dim}) { return value; }
    let i = ${isHalves ? `d % ${half}` : "d / 2"};
    let isFirst = ${isHalves ? `d < ${half}` : "d % 2 == 0"};
    let step = ${isHalves ? half : 1};
    let other = normedAt(at, head, select(d - step, d + step, isFirst), norm);
    let cosine = angles[position * ${rotary.dim} + i];
    let sine = angles[position * ${rotary.dim} + ${half} + i];
    return value * cosine + select(other, -other, isFirst) * sine;`);
}

/** Adds the sums of the workgroups of one head, by the largest score of each: a workgroup for a row and head. */
export function combineShader(headDim: number, numHeads: number, hasSinks: boolean): DeviceShader {
  return {
    bindings: [
      { name: "control", type: "i32" },
      { name: "parts", type: "f32" },
      ...(hasSinks ? [{ name: "extras", type: "f32" } as const] : []),
      { name: "result", type: "f32", isWritten: true },
    ],
    uniforms: [
      ["splits", "i32"],
      ["sinks", "i32"],
    ],
    threads: 64,
    code: /* wgsl */ `
  const D = ${headDim};
  const HEADS = ${numHeads};
  const LOWEST = ${LOWEST};
  fn run(group: vec3<i32>) {
    let head = group.x;
    let row = group.y;
    let used = control[${CONTROL.position}] / ${KEYS_PER_SPLIT} + 1;
    let start = (row * HEADS + head) * uniforms.splits * (D + 2);
    var most = ${hasSinks ? "extras[uniforms.sinks + head]" : "LOWEST"};
    for (var part = 0; part < used; part++) { most = max(most, parts[start + part * (D + 2) + D]); }
    var sum = ${hasSinks ? "exp(extras[uniforms.sinks + head] - most)" : "0.0"};
    for (var part = 0; part < used; part++) {
      let at = start + part * (D + 2);
      sum += parts[at + D + 1] * exp(parts[at + D] - most);
    }
    for (var d = i32(localIndex); d < D; d += 64) {
      var all = 0.0;
      for (var part = 0; part < used; part++) {
        let at = start + part * (D + 2);
        all += parts[at + d] * exp(parts[at + D] - most);
      }
      result[(row * HEADS + head) * D + d] = select(0.0, all / sum, sum > 0.0);
    }
  }`,
  };
}
