import { readFileSync } from "node:fs";
import { bleu, type BleuScore, chrF, type ChrFScore } from "@qkv/training";
import { describe, expect, test } from "vitest";

interface Case {
  readonly name: string;
  readonly hypotheses: readonly string[];
  readonly references: readonly (readonly string[])[];
  readonly bleu: BleuScore;
  readonly chrF: ChrFScore;
}

const { cases } = JSON.parse(readFileSync(new URL("golden/metrics.json", import.meta.url), "utf8")) as {
  cases: Case[];
};

describe.each(cases)("$name", ({ hypotheses, references, bleu: expectedBleu, chrF: expectedChrF }) => {
  test("BLEU equals sacreBLEU's", () => {
    const { score, precisions, brevityPenalty, ...exact } = bleu(hypotheses, references);
    expect(exact).toEqual({
      hypothesisLength: expectedBleu.hypothesisLength,
      referenceLength: expectedBleu.referenceLength,
      signature: expectedBleu.signature,
    });
    expect(score).toBeCloseTo(expectedBleu.score, 9);
    expect(brevityPenalty).toBeCloseTo(expectedBleu.brevityPenalty, 12);
    precisions.forEach((precision, n) => expect(precision).toBeCloseTo(expectedBleu.precisions[n] ?? NaN, 9));
  });

  test("chrF equals sacreBLEU's", () => {
    const { score, signature } = chrF(hypotheses, references);
    expect(score).toBeCloseTo(expectedChrF.score, 9);
    expect(signature).toBe(expectedChrF.signature);
  });
});
