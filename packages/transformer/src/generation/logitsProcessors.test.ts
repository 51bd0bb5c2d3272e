import { RandomStream } from "@qkv/nn";
import { expect, test } from "vitest";
import {
  suppressTokensProcessor,
  minLengthProcessor,
  noRepeatNgramProcessor,
  badWordsProcessor,
  forcedTokensProcessor,
  repetitionPenaltyProcessor,
} from "./logitsProcessors.ts";
import type { LogitsProcessor } from "./logitsProcessor.ts";
import { logSoftmax, logSumExp } from "./logSoftmax.ts";
import { topKWarper, topPWarper, argmax, temperatureWarper } from "./sampling.ts";
import { topCandidates } from "./topCandidates.ts";

const NO = -Infinity;
const after = (process: LogitsProcessor, scores: number[], ids: number[]) => {
  const changed = Float32Array.from(scores);
  process(changed, ids, 0);
  return [...changed];
};

test.each<[string, LogitsProcessor, number[], number[]]>([
  ["repetition counts once, by its sign", repetitionPenaltyProcessor(2), [1, 1, 2], [1, -4, 1, -8]],
  ["repetition of a token beyond the vocabulary", repetitionPenaltyProcessor(2), [9], [1, -2, 2, -8]],
  ["single tokens that were there", noRepeatNgramProcessor(1), [0, 2], [NO, -2, NO, -8]],
  ["pairs that were there", noRepeatNgramProcessor(2), [1, 3, 0, 1], [1, -2, 2, NO]],
  ["pairs, overlapping", noRepeatNgramProcessor(2), [1, 1], [1, NO, 2, -8]],
  ["triples, too early", noRepeatNgramProcessor(3), [1], [1, -2, 2, -8]],
  ["words of one token", badWordsProcessor([[2]]), [], [1, -2, NO, -8]],
  ["words whose beginning stands", badWordsProcessor([[1, 3], [2, 0]]), [2, 1], [1, -2, 2, NO]], // prettier-ignore
  ["the end is no word, but may close one", badWordsProcessor([[0], [1, 0]], [0]), [1], [NO, -2, 2, -8]],
  ["words longer than the sequence", badWordsProcessor([[1, 1, 0]]), [1], [1, -2, 2, -8]],
  ["before a length", minLengthProcessor(3, [0]), [5, 5], [NO, -2, 2, -8]],
  ["at that length", minLengthProcessor(3, [0]), [5, 5, 5], [1, -2, 2, -8]],
  ["at its place", suppressTokensProcessor(1, [2, 3]), [5], [1, -2, NO, NO]],
  ["at another place", suppressTokensProcessor(1, [2, 3]), [5, 5], [1, -2, 2, -8]],
  ["forced", forcedTokensProcessor(1, [1]), [5], [NO, 0, NO, NO]],
  ["not forced", forcedTokensProcessor(1, [1]), [5, 5], [1, -2, 2, -8]],
  ["temperature", temperatureWarper(2), [], [0.5, -1, 1, -4]],
  ["the likeliest two", topKWarper(2), [], [1, NO, 2, NO]],
  ["more than there are", topKWarper(9), [], [1, -2, 2, -8]],
  // probabilities 0.265, 0.013, 0.721, 0.00003
  ["mass within the first", topPWarper(0.7), [], [NO, NO, 2, NO]],
  ["mass within the second", topPWarper(0.75), [], [1, NO, 2, NO]],
  ["almost all", topPWarper(0.99), [], [1, -2, 2, NO]],
])("%s", (_name, process, ids, expected) => expect(after(process, [1, -2, 2, -8], ids)).toEqual(expected));

test("log-probabilities of logits that overflow when exponentiated", () => {
  const scores = Float32Array.of(1000, 1000, NO);
  expect(logSumExp(scores)).toBeCloseTo(1000 + Math.log(2), 10);
  logSoftmax(scores);
  expect([...scores]).toEqual([Math.fround(-Math.log(2)), Math.fround(-Math.log(2)), NO]);
  expect(logSumExp(Float32Array.of(NO, NO))).toBe(NO);
});

test("the likeliest is the first of equals, and none among the forbidden", () => {
  expect(argmax(Float32Array.of(NO, 2, 3, 3))).toBe(2);
  expect(argmax(Float32Array.of(NO, NaN))).toBe(-1);
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

test.each([0.05, 0.3, 0.7, 0.9, 0.95, 0.999])("top-p of %d keeps what sorting all tokens keeps", (mass) => {
  const random = new RandomStream(Math.round(1000 * mass));
  for (const spread of [0.01, 1, 8, 60]) {
    const scores = Float32Array.from({ length: 500 }, (_, id) => {
      if (id % 50 === 7) return -Infinity;
      return Math.round(random.uniform() * spread * 4) / 4; // some are alike
    });
    const sorted = Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number));
    const total = Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0));
    const expected = scores.slice();
    let sum = 0;
    for (const id of sorted.slice(0, -1)) {
      sum += Math.exp((scores[id] as number) - total);
      if (sum > 1 - mass) break;
      expected[id] = -Infinity;
    }
    const found = scores.slice();
    topPWarper(mass)(found, [], 0);
    expect(found).toEqual(expected);
  }
});
