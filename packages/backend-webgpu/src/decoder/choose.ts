import type { DecoderSampling } from "@qkv/ops";
import { CONTROL } from "./attend.ts";
import type { DeviceShader } from "./deviceShader.ts";
import { LOWEST, reductionsText } from "./reductions.ts";

/** What changes the text of a choice. */
export interface ChooseShape {
  readonly subgroups: boolean;
  /** Whether some tokens are forbidden, at least at first. */
  readonly hasForbidden: boolean;
  readonly sampling: DecoderSampling | undefined;
  /** 0: one token is chosen. */
  readonly candidates: number;
}

/** Threads of a workgroup, which has the logits of a row to itself: the most that every device has, since nothing else runs. */
const THREADS = 256;

/**
 * Chooses the next token of each row, or its likeliest candidates, and gives their log-probabilities. `results` has all tokens, then
 * all log-probabilities: NaN for a row that has logits of NaN or +Infinity.
 */
export function chooseShader(shape: ChooseShape): DeviceShader {
  const { subgroups, hasForbidden, sampling, candidates } = shape;
  return {
    bindings: [
      { name: "control", type: "i32" },
      { name: "logits", type: "u32" }, // bits: a compiler may take it that no float is NaN
      ...(hasForbidden ? [{ name: "allowedFrom", type: "i32" } as const] : []),
      { name: "tokens", type: "i32", isWritten: true },
      { name: "results", type: "i32", isWritten: true },
    ],
    uniforms: [
      ["rows", "i32"],
      ["vocabulary", "i32"],
      ["topK", "f32"],
      ["topP", "f32"],
      ["temperature", "f32"],
    ],
    threads: THREADS,
    code: /* wgsl */ `
  const LANES = ${THREADS};
  const LOWEST = ${LOWEST};
  const COUNT = ${Math.max(1, candidates)};
  const NAN = 0x7fc00000;
  ${reductionsText(THREADS, subgroups, [
    { name: "laneSum", type: "f32", by: "sum" },
    { name: "laneMax", type: "f32", by: "max" },
    { name: "total", type: "vec4<f32>", by: "sum" },
  ])}
  fn isAllowed(v: i32) -> bool {
    return ${hasForbidden ? `allowedFrom[v] <= control[${CONTROL.place}]` : "true"};
  }
  fn logitAt(row: i32, v: i32) -> f32 {
    let bits = logits[row * uniforms.vocabulary + v];
    return select(bitcast<f32>(bits), LOWEST, bits == 0xff800000u);
  }
  /** The least id among those of the threads that have one; -1 where none has. */
  fn firstOf(id: i32) -> i32 {
    let least = laneMax(select(LOWEST, -f32(id), id >= 0));
    return select(-1, i32(-least), least > LOWEST);
  }
  fn tell(row: i32, k: i32, token: i32, logProbability: f32, isBad: bool) {
    if (localIndex == 0) {
      results[row * COUNT + k] = token;
      results[(uniforms.rows + row) * COUNT + k] = select(bitcast<i32>(logProbability), NAN, isBad);
      ${candidates === 0 ? "tokens[row] = token;" : ""}
    }
  }
  ${candidates > 0 ? CANDIDATES : sampling === undefined ? LIKELIEST : drawText(sampling)}

  fn run(group: vec3<i32>) {
    let row = group.x;
    var highest = LOWEST;
    var bad = 0.0;
    for (var v = i32(localIndex); v < uniforms.vocabulary; v += LANES) {
      let bits = logits[row * uniforms.vocabulary + v];
      bad += f32((bits & 0x7f800000u) == 0x7f800000u && bits != 0xff800000u);
      highest = max(highest, logitAt(row, v));
    }
    let isBad = laneSum(bad) > 0.0;
    let top = laneMax(highest);
    var sum = 0.0;
    for (var v = i32(localIndex); v < uniforms.vocabulary; v += LANES) { sum += exp(logitAt(row, v) - top); }
    let logSumExp = top + log(laneSum(sum));
    choose(row, logSumExp, isBad || top == LOWEST);
  }`,
  };
}

/** The likeliest token, the first of equals. */
const LIKELIEST = /* wgsl */ `
  fn choose(row: i32, logSumExp: f32, isBad: bool) {
    var most = LOWEST;
    var best = -1;
    for (var v = i32(localIndex); v < uniforms.vocabulary; v += LANES) {
      let score = logitAt(row, v);
      if (score > most && isAllowed(v)) {
        most = score;
        best = v;
      }
    }
    let top = laneMax(most);
    let first = firstOf(select(-1, best, most == top));
    let forced = control[${CONTROL.forced}];
    let token = select(first, forced, forced >= 0);
    tell(row, 0, token, logitAt(row, max(token, 0)) - logSumExp, isBad);
  }`;

/** The likeliest tokens one after another: each time the best of those behind the last. */
const CANDIDATES = /* wgsl */ `
  fn choose(row: i32, logSumExp: f32, isBad: bool) {
    let forced = control[${CONTROL.forced}];
    var last = -LOWEST;
    var lastId = -1;
    for (var k = 0; k < COUNT; k++) {
      var most = LOWEST;
      var best = -1;
      for (var v = i32(localIndex); v < uniforms.vocabulary; v += LANES) {
        let score = logitAt(row, v);
        let isLeft = score < last || (score == last && v > lastId);
        if (isLeft && score > most && isAllowed(v)) {
          most = score;
          best = v;
        }
      }
      last = laneMax(most);
      lastId = firstOf(select(-1, best, most == last));
      // A forced token comes at no cost, and no other does.
      tell(row, k, select(lastId, select(-1, forced, k == 0), forced >= 0), select(last - logSumExp, 0.0, forced >= 0), isBad);
    }
  }`;

/**
 * A token from the softmax of what temperature, top-k and top-p leave. Both bounds are searched bit by bit, two at a time, among the
 * logits as ordered integers: all that is above the bound is kept, of its equals those that the order by id leaves. The draw then
 * goes along the ids, as sampling on the CPU does, so that the same number draws the same token.
 */
function drawText({ temperature, topK, topP }: DecoderSampling): string {
  const hasTopK = topK > 0;
  const hasTopP = topP < 1;
  return /* wgsl */ `
  var<workgroup> masses: array<f32, LANES>;
  var<workgroup> ties: array<i32, LANES>;
  var<workgroup> drawn: i32;

  fn scoreAt(row: i32, v: i32) -> f32 {
    return logitAt(row, v)${temperature === 1 ? "" : " / uniforms.temperature"};
  }
  fn orderOf(score: f32) -> u32 {
    let bits = bitcast<u32>(score);
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
  }
  fn isCounted(row: i32, v: i32) -> bool {
    return isAllowed(v) && logitAt(row, v) > LOWEST;
  }
  ${hasTopK ? topKText() : ""}
  ${hasTopP ? topPText() : ""}

  fn choose(row: i32, logSumExp: f32, isBad: bool) {
    let lane = i32(localIndex);
    var highest = LOWEST;
    for (var v = lane; v < uniforms.vocabulary; v += LANES) {
      if (isCounted(row, v)) { highest = max(highest, scoreAt(row, v)); }
    }
    let top = laneMax(highest);
    let least = ${hasTopK ? "kthOrder(row)" : "0u"};
    var mass = 0.0;
    for (var v = lane; v < uniforms.vocabulary; v += LANES) {
      let score = scoreAt(row, v);
      if (isCounted(row, v) && orderOf(score) >= least) { mass += exp(score - top); }
    }
    let whole = laneSum(mass);
    ${hasTopP ? "let edge = edgeOf(row, least, top, whole);" : "let edge = least;"}
    // Each thread has ids side by side, so that the draw can go along them.
    let each = (uniforms.vocabulary + LANES - 1) / LANES;
    let first = lane * each;
    let end = min(first + each, uniforms.vocabulary);
    ${hasTopP ? "let dropped = tiesDropped(row, least, edge, top, whole, first, end);" : "let dropped = 0;"}
    var own = 0.0;
    var lastKept = -1;
    var tie = 0;
    for (var v = first; v < end; v++) {
      let score = scoreAt(row, v);
      let order = orderOf(score);
      if (!isCounted(row, v) || order < edge) { continue; }
      if (order == edge) {
        tie++;
        if (tie <= dropped) { continue; }
      }
      own += exp(score - top);
      lastKept = v;
    }
    masses[lane] = own;
    let lastOfAll = i32(laneMax(f32(lastKept)));
    if (lane == 0) { drawn = lastOfAll; }
    workgroupBarrier();
    var before = 0.0;
    for (var i = 0; i < lane; i++) { before += masses[i]; }
    var kept = before;
    for (var i = lane; i < LANES; i++) { kept += masses[i]; }
    let at = bitcast<f32>(control[${CONTROL.draws} + row]) * kept;
    if (at >= before && at < before + own) {
      var left = at - before;
      var choice = lastKept;
      tie = 0;
      for (var v = first; v < end; v++) {
        let score = scoreAt(row, v);
        let order = orderOf(score);
        if (!isCounted(row, v) || order < edge) { continue; }
        if (order == edge) {
          tie++;
          if (tie <= dropped) { continue; }
        }
        left -= exp(score - top);
        if (left < 0.0) {
          choice = v;
          break;
        }
      }
      drawn = choice;
    }
    workgroupBarrier();
    let forced = control[${CONTROL.forced}];
    let token = select(drawn, forced, forced >= 0);
    tell(row, 0, token, logitAt(row, max(token, 0)) - logSumExp, isBad);
  }`;
}

/** `kthOrder`: the largest order that at least topK tokens reach; 0 where there are not so many. */
function topKText(): string {
  return /* wgsl */ `
  fn kthOrder(row: i32) -> u32 {
    var bound = 0u;
    for (var shift = 30u; shift <= 30u; shift -= 2u) {
      let tried = vec4(bound) | (vec4(0u, 1u, 2u, 3u) << vec4(shift));
      var counts = vec4<f32>();
      for (var v = i32(localIndex); v < uniforms.vocabulary; v += LANES) {
        if (isCounted(row, v)) { counts += vec4<f32>(vec4(orderOf(scoreAt(row, v))) >= tried); }
      }
      let enough = total(counts) >= vec4(uniforms.topK);
      bound = select(select(select(bound, tried.y, enough.y), tried.z, enough.z), tried.w, enough.w);
    }
    return bound;
  }`;
}

/** `edgeOf`: the largest order below which the tokens may be forbidden; `tiesDropped`: how many of a thread's that have it are. */
function topPText(): string {
  return /* wgsl */ `
  fn massBelow(row: i32, least: u32, top: f32, whole: f32, bounds: vec4<u32>) -> vec4<f32> {
    var sums = vec4<f32>();
    for (var v = i32(localIndex); v < uniforms.vocabulary; v += LANES) {
      let score = scoreAt(row, v);
      let order = orderOf(score);
      if (isCounted(row, v) && order >= least) {
        sums += select(vec4<f32>(), vec4(exp(score - top)), vec4(order) < bounds);
      }
    }
    return total(sums) / whole;
  }
  fn edgeOf(row: i32, least: u32, top: f32, whole: f32) -> u32 {
    var edge = 0u;
    for (var shift = 30u; shift <= 30u; shift -= 2u) {
      let tried = vec4(edge) | (vec4(0u, 1u, 2u, 3u) << vec4(shift));
      let fits = massBelow(row, least, top, whole, tried) <= vec4(1.0 - uniforms.topP);
      edge = select(select(select(edge, tried.y, fits.y), tried.z, fits.z), tried.w, fits.w);
    }
    return max(least, min(edge, orderOf(top)));
  }
  fn tiesDropped(row: i32, least: u32, edge: u32, top: f32, whole: f32, first: i32, end: i32) -> i32 {
    let below = massBelow(row, least, top, whole, vec4(edge)).x;
    var own = 0;
    var score = LOWEST;
    for (var v = first; v < end; v++) {
      if (isCounted(row, v) && orderOf(scoreAt(row, v)) == edge) {
        own++;
        score = scoreAt(row, v);
      }
    }
    ties[localIndex] = own;
    let one = exp(laneMax(score) - top) / whole;
    let all = laneSum(f32(own));
    let most = select(all, all - 1.0, edge == orderOf(top)); // the likeliest always stays
    let dropped = i32(min(most, floor(max(0.0, 1.0 - uniforms.topP - below) / one)));
    var before = 0;
    for (var i = 0u; i < localIndex; i++) { before += ties[i]; }
    return clamp(dropped - before, 0, own);
  }`;
}
