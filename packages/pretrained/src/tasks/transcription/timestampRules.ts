import type { LogitsProcessor } from "@qkv/transformer";
import type { WhisperTokens } from "./whisperTokens.ts";

/**
 * Makes the rules of timestamps (`WhisperTimeStampLogitsProcessor` of transformers): they come in pairs, never go back, begin the
 * text, and come where they are likelier together than any word.
 *
 * @param promptLength the number of tokens before the text
 */
export function timestampRules(
  { timestampBegin: begin, noTimestamps, end, maxInitialTimestamp }: WhisperTokens,
  promptLength: number,
): LogitsProcessor {
  return (scores, ids) => {
    const text = ids.slice(promptLength);
    const isTime = (id: number | undefined) => id !== undefined && id >= begin;
    scores[noTimestamps] = -Infinity;
    const last = text.at(-1);
    const lastWas = isTime(last);
    const beforeWas = text.length < 2 || isTime(text.at(-2));
    if (lastWas && beforeWas) scores.fill(-Infinity, begin);
    else if (lastWas) scores.fill(-Infinity, 0, Math.min(...end)); // words wait for the second of a pair
    const latest = text.findLast(isTime);
    if (latest !== undefined) scores.fill(-Infinity, begin, lastWas && !beforeWas ? latest : latest + 1);
    if (text.length === 0) {
      scores.fill(-Infinity, 0, begin);
      if (maxInitialTimestamp !== undefined) scores.fill(-Infinity, begin + maxInitialTimestamp + 1);
    }
    if (sumOfTimes(scores, begin) > most(scores, 0, begin)) scores.fill(-Infinity, 0, begin);
  };
}

/** The logarithm of the sum of the timestamps' powers: above the likeliest word's, a timestamp is due. */
function sumOfTimes(scores: Float32Array, begin: number): number {
  const highest = most(scores, begin, scores.length);
  if (highest === -Infinity) return -Infinity;
  let sum = 0;
  for (let id = begin; id < scores.length; id++) sum += Math.exp((scores[id] ?? -Infinity) - highest);
  return highest + Math.log(sum);
}

function most(scores: Float32Array, from: number, to: number): number {
  let highest = -Infinity;
  for (let id = from; id < to; id++) highest = Math.max(highest, scores[id] ?? -Infinity);
  return highest;
}
