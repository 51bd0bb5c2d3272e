import { expect, test } from "vitest";
import { classScores, labelSetScores } from "./classScores.ts";
import { entitySpans } from "./entitySpans.ts";
import { retrievalScores } from "./retrieval.ts";

test("accuracy and macro F1 are scikit-learn's", () => {
  // f1_score([0, 0, 1, 1, 2], [0, 1, 1, 1, 0], average="macro"): F1 of 0.5, 0.8 and 0
  const { accuracy, f1 } = classScores([0, 1, 1, 1, 0], [0, 0, 1, 1, 2]);
  expect(accuracy).toBeCloseTo(0.6, 12);
  expect(f1).toBeCloseTo((0.5 + 0.8 + 0) / 3, 12);
});

test("F1 of several labels counts all together, accuracy whole sets", () => {
  const { accuracy, f1 } = labelSetScores(
    [new Set([0, 1]), new Set(), new Set([2])],
    [new Set([0]), new Set(), new Set([1])],
  );
  expect(accuracy).toBeCloseTo(1 / 3, 12);
  expect(f1).toBeCloseTo((2 * 1) / (2 * 1 + 2 + 1), 12);
});

test.each([
  [
    ["B-PER", "I-PER", "O", "B-LOC"],
    ["PER 0-1", "LOC 3-3"],
  ],
  [
    ["I-PER", "I-LOC", "B-LOC"],
    ["PER 0-0", "LOC 1-1", "LOC 2-2"],
  ],
  [
    ["NOUN", "NOUN", "VERB", "O"],
    ["NOUN 0-1", "VERB 2-2"],
  ],
  [["O", "B-A"], ["A 1-1"]],
  [[], []],
])("%j holds %j", (tags, expected) => expect([...entitySpans(tags)]).toEqual(expected));

test("a tie counts against the anchor", () => {
  const at = (...values: number[]) => Float32Array.from(values);
  const candidates = [at(1, 0), at(0, 2), at(3, 0)];
  const { accuracy, mrr } = retrievalScores([at(5, 0), at(0, 1), at(0, 1)], candidates);
  expect(accuracy).toBeCloseTo(1 / 3, 12);
  expect(mrr).toBeCloseTo((1 / 2 + 1 + 1 / 3) / 3, 12);
});
