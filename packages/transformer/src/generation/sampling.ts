import type { RandomStream } from "@qkv/nn";
import { logSumExp } from "./logSoftmax.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";

/** Divides every logit by `temperature`. */
export function temperatureWarper(temperature: number): LogitsProcessor {
  return (scores) => {
    for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] as number) / temperature;
  };
}

/** Forbids all but the `count` likeliest tokens, and those as likely as the last of them. */
export function topKWarper(count: number): LogitsProcessor {
  return (scores) => {
    if (count >= scores.length) return;
    const least = scores.toSorted().at(-count) as number;
    for (let i = 0; i < scores.length; i++) if ((scores[i] as number) < least) scores[i] = -Infinity;
  };
}

/**
 * Forbids the unlikeliest tokens, up to a total probability of `1 - mass`.
 *
 * Only those near the bound are sorted: the others go into buckets by their scores, which are forbidden or kept as a whole.
 */
export function topPWarper(mass: number): LogitsProcessor {
  return (scores) => {
    const total = logSumExp(scores);
    const most = scores[argmax(scores)] ?? 0;
    const bucketOf = (score: number) => Math.min(BUCKETS - 1, Math.floor((most - score) * BUCKETS_OF_ONE));
    const sums = new Float64Array(BUCKETS);
    for (const score of scores) (sums[bucketOf(score)] as number) += Math.exp(score - total);
    let [sum, edge] = [0, BUCKETS - 1]; // the bucket with the bound
    while (edge > 0 && sum + (sums[edge] as number) <= 1 - mass) sum += sums[edge--] as number;
    const order: number[] = [];
    for (const [id, score] of scores.entries()) {
      const bucket = bucketOf(score);
      if (bucket > edge) scores[id] = -Infinity;
      else if (bucket === edge) order.push(id);
    }
    order.sort((a, b) => (scores[a] as number) - (scores[b] as number));
    if (edge === 0) order.pop(); // the likeliest always stays
    for (const id of order) {
      sum += Math.exp((scores[id] as number) - total);
      if (sum > 1 - mass) return;
      scores[id] = -Infinity;
    }
  };
}

const BUCKETS = 512;
const BUCKETS_OF_ONE = 16; // tokens of one bucket differ by a sixteenth at most, but for those of the last

/** Draws a token from the softmax of `logits`; -1 where every token is forbidden. */
export function sampleToken(logits: Float32Array, random: RandomStream): number {
  const total = logSumExp(logits);
  let left = random.uniform();
  let last = -1;
  for (let i = 0; i < logits.length; i++) {
    const probability = Math.exp((logits[i] as number) - total);
    if (!(probability > 0)) continue;
    last = i; // rounding may leave a little of `left` behind the last token
    left -= probability;
    if (left < 0) return i;
  }
  return last;
}

/** The likeliest token, the first of equals; -1 where every token is forbidden. */
export function argmax(logits: Float32Array): number {
  let best = -1;
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    if ((logits[i] as number) > max) {
      max = logits[i] as number;
      best = i;
    }
  }
  return best;
}
