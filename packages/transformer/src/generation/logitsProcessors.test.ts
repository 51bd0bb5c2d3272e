import { expect, test } from "vitest";
import {
  forbidAt,
  forbidBefore,
  forbidRepeatedNgrams,
  forbidWords,
  forceAt,
  penalizeRepetition,
} from "./logitsProcessors.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import { logSoftmax, logSumExp } from "./logSoftmax.ts";
import { keepTopK, keepTopP, likeliest, scaleByTemperature } from "./sampling.ts";
import { topCandidates } from "./topCandidates.ts";

const NO = -Infinity;
const after = (process: LogitsProcessor, scores: number[], ids: number[]) => {
  const changed = Float32Array.from(scores);
  process(changed, ids, 0);
  return [...changed];
};

test.each<[string, LogitsProcessor, number[], number[]]>([
  ["repetition counts once, by its sign", penalizeRepetition(2), [1, 1, 2], [1, -4, 1, -8]],
  ["repetition of a token beyond the vocabulary", penalizeRepetition(2), [9], [1, -2, 2, -8]],
  ["single tokens that were there", forbidRepeatedNgrams(1), [0, 2], [NO, -2, NO, -8]],
  ["pairs that were there", forbidRepeatedNgrams(2), [1, 3, 0, 1], [1, -2, 2, NO]],
  ["pairs, overlapping", forbidRepeatedNgrams(2), [1, 1], [1, NO, 2, -8]],
  ["triples, too early", forbidRepeatedNgrams(3), [1], [1, -2, 2, -8]],
  ["words of one token", forbidWords([[2]]), [], [1, -2, NO, -8]],
  ["words whose beginning stands", forbidWords([[1, 3], [2, 0]]), [2, 1], [1, -2, 2, NO]], // prettier-ignore
  ["the end is no word, but may close one", forbidWords([[0], [1, 0]], [0]), [1], [NO, -2, 2, -8]],
  ["words longer than the sequence", forbidWords([[1, 1, 0]]), [1], [1, -2, 2, -8]],
  ["before a length", forbidBefore(3, [0]), [5, 5], [NO, -2, 2, -8]],
  ["at that length", forbidBefore(3, [0]), [5, 5, 5], [1, -2, 2, -8]],
  ["at its place", forbidAt(1, [2, 3]), [5], [1, -2, NO, NO]],
  ["at another place", forbidAt(1, [2, 3]), [5, 5], [1, -2, 2, -8]],
  ["forced", forceAt(1, [1]), [5], [NO, 0, NO, NO]],
  ["not forced", forceAt(1, [1]), [5, 5], [1, -2, 2, -8]],
  ["temperature", scaleByTemperature(2), [], [0.5, -1, 1, -4]],
  ["the likeliest two", keepTopK(2), [], [1, NO, 2, NO]],
  ["more than there are", keepTopK(9), [], [1, -2, 2, -8]],
  // probabilities 0.265, 0.013, 0.721, 0.00003
  ["mass within the first", keepTopP(0.7), [], [NO, NO, 2, NO]],
  ["mass within the second", keepTopP(0.75), [], [1, NO, 2, NO]],
  ["almost all", keepTopP(0.99), [], [1, -2, 2, NO]],
])("%s", (_name, process, ids, expected) => expect(after(process, [1, -2, 2, -8], ids)).toEqual(expected));

test("log-probabilities of logits that overflow when exponentiated", () => {
  const scores = Float32Array.of(1000, 1000, NO);
  expect(logSumExp(scores)).toBeCloseTo(1000 + Math.log(2), 10);
  logSoftmax(scores);
  expect([...scores]).toEqual([Math.fround(-Math.log(2)), Math.fround(-Math.log(2)), NO]);
  expect(logSumExp(Float32Array.of(NO, NO))).toBe(NO);
});

test("the likeliest is the first of equals, and none among the forbidden", () => {
  expect(likeliest(Float32Array.of(NO, 2, 3, 3))).toBe(2);
  expect(likeliest(Float32Array.of(NO, NaN))).toBe(-1);
});

test("candidates of all beams together, best first", () => {
  const rows = [Float32Array.of(-1, -2, NO), Float32Array.of(-0.5, -8, -0.25)];
  expect(topCandidates(rows, [0, -1], 4)).toEqual([
    { beam: 0, token: 0, logProbability: -1 },
    { beam: 1, token: 2, logProbability: -1.25 },
    { beam: 1, token: 0, logProbability: -1.5 },
    { beam: 0, token: 1, logProbability: -2 },
  ]);
  expect(topCandidates(rows, [0, -1], 9)).toHaveLength(5);
  expect(topCandidates([Float32Array.of(NO)], [0], 3)).toEqual([]);
});
