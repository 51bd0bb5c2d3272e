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

/** Forbids the unlikeliest tokens, up to a total probability of `1 - mass`. */
export function topPWarper(mass: number): LogitsProcessor {
  return (scores) => {
    const order = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
    order.pop(); // the likeliest always stays
    const total = logSumExp(scores);
    let sum = 0;
    for (const id of order) {
      sum += Math.exp((scores[id] as number) - total);
      if (sum > 1 - mass) return;
      scores[id] = -Infinity;
    }
  };
}

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
