import { expect, test } from "vitest";
import { bleu } from "./bleu.ts";
import { chrF } from "./chrF.ts";
import { wordErrorRate } from "./wordErrorRate.ts";

test("a translation equal to its reference scores 100", () => {
  const texts = ["The cat sat on the mat.", "One, two, three!"];
  expect(bleu(texts, [texts]).score).toBeCloseTo(100, 9);
  expect(chrF(texts, [texts]).score).toBeCloseTo(100, 9);
});

test("refuse lists of different lengths, and nothing at all", () => {
  expect(() => bleu(["a", "b"], [["a", "b"], ["a"]])).toThrow("bleu: expected 2 references, got 1");
  expect(() => chrF(["a"], [])).toThrow("chrF: expected at least one list of references, got none");
  expect(() => bleu([], [[]])).toThrow("bleu: expected at least one hypothesis, got none");
  expect(() => wordErrorRate(["a"], [])).toThrow("wordErrorRate: expected 1 references, got 0");
  expect(() => wordErrorRate(["a"], [" "])).toThrow("wordErrorRate: expected references with words, got none");
  expect(() => bleu(["a"], [["a"]], { tokenize: "zh" as "char" })).toThrow("expected tokenize to be 13a or char, got");
});
