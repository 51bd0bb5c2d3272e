import { logSumExp } from "./logSoftmax.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import type { SamplingSettings } from "./options.ts";
import { topKWarper, topPWarper, temperatureWarper } from "./sampling.ts";

/** The processors that sharpen or narrow the distribution before sampling, in Hugging Face's order. */
export function samplingFilters(sampling: SamplingSettings | null): readonly LogitsProcessor[] {
  if (sampling === null) return [];
  const { temperature, topH, topK, topP, minP, typicalP = 1, epsilonCutoff = 0, etaCutoff = 0 } = sampling;
  const filters: (LogitsProcessor | false)[] = [
    temperature !== 1 && temperatureWarper(temperature),
    topH !== undefined && topHWarper(topH),
    topK > 0 && topKWarper(topK),
    topP < 1 && topPWarper(topP),
    minP !== undefined && minPWarper(minP),
    typicalP < 1 && typicalWarper(typicalP),
    epsilonCutoff > 0 && epsilonCutoff < 1 && cutoffWarper(() => epsilonCutoff),
    etaCutoff > 0 &&
      etaCutoff < 1 &&
      cutoffWarper((probabilities) => Math.min(etaCutoff, Math.sqrt(etaCutoff) * Math.exp(-entropyOf(probabilities)))),
  ];
  return filters.filter((filter) => filter !== false);
}

// Number of the likeliest tokens that top-H considers.
const TOP_H_TOKENS = 100;

/** Forbids all but the likeliest tokens that hold at most this share of the entropy; the likeliest always stays. */
export function topHWarper(share: number): LogitsProcessor {
  return (scores) => {
    const order = descending(scores, TOP_H_TOKENS);
    const probabilities = softmax(Float32Array.from(order, (id) => scores[id] as number));
    const most = share * entropyOf(probabilities);
    let sum = 0;
    const kept = order.filter((_, i) => (sum += termOf(probabilities[i] as number)) <= most || i === 0);
    keepOnly(scores, kept);
  };
}

/** Forbids tokens less than this share as likely as the likeliest. */
export function minPWarper(share: number): LogitsProcessor {
  return cutoffWarper((probabilities) => share * probabilities.reduce((a, b) => Math.max(a, b), 0));
}

/** Forbids tokens less likely than a bound; the likeliest always stays. */
export function cutoffWarper(bound: (probabilities: Float64Array) => number): LogitsProcessor {
  return (scores) => {
    const probabilities = softmax(scores);
    const least = bound(probabilities);
    const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
    for (let i = 0; i < scores.length; i++) {
      if ((probabilities[i] as number) < least && (scores[i] as number) < most) scores[i] = -Infinity;
    }
  };
}

/** Forbids all but the tokens whose surprise is nearest to the entropy, as many as reach `mass`. */
export function typicalWarper(mass: number): LogitsProcessor {
  return (scores) => {
    const total = logSumExp(scores);
    const probabilities = softmax(scores);
    const entropy = entropyOf(probabilities);
    const distances = Float64Array.from(scores, (score) => Math.abs(total - score - entropy));
    const order = Array.from(scores.keys()).sort((a, b) => (distances[a] as number) - (distances[b] as number));
    let [count, sum] = [0, 0];
    for (const id of order) {
      sum += probabilities[id] as number;
      if (!(sum < mass)) break;
      count++;
    }
    const furthest = distances[order[Math.min(count, order.length - 1)] as number] as number;
    keepOnly(
      scores,
      order.filter((id, i) => i === 0 || !((distances[id] as number) > furthest)),
    );
  };
}

function softmax(scores: Float32Array): Float64Array {
  const total = logSumExp(scores);
  return Float64Array.from(scores, (score) => Math.exp(score - total));
}

function entropyOf(probabilities: Float64Array): number {
  return probabilities.reduce((sum, probability) => sum + termOf(probability), 0);
}

function termOf(probability: number): number {
  return probability === 0 ? 0 : -probability * Math.log(probability);
}

function descending(scores: Float32Array, count: number): number[] {
  const order = Array.from(scores.keys()).sort((a, b) => (scores[b] as number) - (scores[a] as number));
  return order.slice(0, count);
}

function keepOnly(scores: Float32Array, ids: readonly number[]): void {
  const kept = new Set(ids);
  for (let i = 0; i < scores.length; i++) if (!kept.has(i)) scores[i] = -Infinity;
}
