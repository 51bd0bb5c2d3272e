import { readFileSync } from "node:fs";
import { bleu, type BleuScore, chrF, type ChrFScore, wordErrorRate } from "@qkv/training";
import { describe, expect, test } from "vitest";

interface Case {
  readonly name: string;
  readonly hypotheses: readonly string[];
  readonly references: readonly (readonly string[])[];
  readonly bleu: BleuScore;
  readonly bleuOfCharacters: BleuScore;
  readonly chrF: ChrFScore;
}

const { cases } = JSON.parse(readFileSync(new URL("golden/metrics.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

describe.each(cases)("$name", ({ hypotheses, references, chrF: expectedChrF, ...expected }) => {
  test.each([
    ["13a", expected.bleu],
    ["char", expected.bleuOfCharacters],
  ] as const)("BLEU of %s tokens equals sacreBLEU's", (tokenize, wanted) => {
    const { score, precisions, brevityPenalty, ...exact } = bleu(hypotheses, references, { tokenize });
    expect(exact).toEqual({
      hypothesisLength: wanted.hypothesisLength,
      referenceLength: wanted.referenceLength,
      signature: wanted.signature,
    });
    expect(score).toBeCloseTo(wanted.score, 9);
    expect(brevityPenalty).toBeCloseTo(wanted.brevityPenalty, 12);
    precisions.forEach((precision, n) => expect(precision).toBeCloseTo(wanted.precisions[n] ?? NaN, 9));
  });

  test("chrF equals sacreBLEU's", () => {
    const { score, signature } = chrF(hypotheses, references);
    expect(score).toBeCloseTo(expectedChrF.score, 9);
    expect(signature).toBe(expectedChrF.signature);
  });
});

interface HeardCase {
  readonly name: string;
  readonly hypotheses: readonly string[];
  readonly references: readonly string[];
  readonly rate: number;
  readonly edits: number;
  readonly words: number;
}

const heard = JSON.parse(readFileSync(new URL("golden/wordErrorRate.json", import.meta.url), "utf8")) as {
  cases: HeardCase[];
};

test.each(heard.cases)("word error rate equals jiwer's: $name", ({ hypotheses, references, rate, edits, words }) => {
  const found = wordErrorRate(hypotheses, references);
  expect(found).toMatchObject({ edits, words });
  expect(found.rate).toBeCloseTo(rate, 12);
});
