import { timeWarping } from "./timeWarping.ts";

/** Cross-attention of some heads over the sound: [A, N, T] by rows. */
export interface HeadAttention {
  readonly data: Float32Array;
  /** A */
  readonly heads: number;
  /** N */
  readonly tokens: number;
  /** T, of 0.02 seconds each. */
  readonly steps: number;
}

/**
 * Computes when each token begins to be heard, as `_extract_token_timestamps` of transformers: attention is normalised over the
 * tokens, smoothed by a median over time, averaged over the heads, and warped.
 *
 * @param filterWidth of the median, odd
 * @returns steps of 0.02 seconds, [N]
 */
export function tokenSteps(attention: HeadAttention, filterWidth: number): Int32Array {
  const { heads, tokens, steps } = attention;
  if (tokens === 0 || steps === 0) return new Int32Array(tokens);
  const cost = new Float64Array(tokens * steps);
  for (let head = 0; head < heads; head++) {
    const normalised = normaliseOverTokens(attention, head);
    for (let token = 0; token < tokens; token++) {
      const row = medians(normalised.subarray(token * steps, (token + 1) * steps), filterWidth);
      for (const [step, value] of row.entries()) {
        const at = token * steps + step;
        cost[at] = (cost[at] ?? 0) - value / heads;
      }
    }
  }
  return timeWarping(cost, tokens, steps);
}

/** Mean 0 and variance 1 over the tokens at each step; a step where all tokens agree gives NaN, as in Python. */
function normaliseOverTokens({ data, tokens, steps }: HeadAttention, head: number): Float32Array {
  const from = head * tokens * steps;
  const result = new Float32Array(tokens * steps);
  for (let step = 0; step < steps; step++) {
    let [sum, squares] = [0, 0];
    for (let token = 0; token < tokens; token++) sum += data[from + token * steps + step] ?? 0;
    const mean = sum / tokens;
    for (let token = 0; token < tokens; token++) squares += ((data[from + token * steps + step] ?? 0) - mean) ** 2;
    const deviation = Math.sqrt(squares / tokens);
    for (let token = 0; token < tokens; token++) {
      const at = token * steps + step;
      result[at] = ((data[from + at] ?? 0) - mean) / deviation;
    }
  }
  return result;
}

/** The median of each value and its neighbours; the row is mirrored at its ends, and left as it is if it is too short for that. */
function medians(row: Float32Array, width: number): Float32Array {
  const [half, last] = [width >> 1, row.length - 1];
  if (row.length <= half) return row;
  const window = new Float32Array(width);
  return row.map((_, at) => {
    for (let k = 0; k < width; k++) {
      const place = Math.abs(at + k - half);
      window[k] = row[place > last ? 2 * last - place : place] ?? 0;
    }
    return window.sort()[half] ?? 0; // NaN last, as torch sorts
  });
}
