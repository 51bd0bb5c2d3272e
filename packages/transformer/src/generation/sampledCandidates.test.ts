import { RandomStream } from "@qkv/nn";
import { expect, test } from "vitest";
import { sampledCandidates } from "./sampledCandidates.ts";

const rows = [Float32Array.of(0.5, -1, -Infinity), Float32Array.of(-0.2, 0.1, 1)];
const totals = [-1, -1.5];
const weights = rows.flatMap((row, beam) => [...row].map((score) => Math.exp(score + (totals[beam] as number))));
const sum = weights.reduce((a, b) => a + b);
const DRAWS = 20_000;

test("draws without replacement, in proportion to the probabilities of the sequences", () => {
  const random = new RandomStream(3);
  const seen = new Array<number>(6 * 6).fill(0);
  for (let i = 0; i < DRAWS; i++) {
    const [a = -1, b = -1] = sampledCandidates(rows, totals, 2, random).map(({ beam, token }) => 3 * beam + token);
    (seen[6 * Math.min(a, b) + Math.max(a, b)] as number) += 1;
  }
  for (let a = 0; a < 6; a++) {
    for (let b = a; b < 6; b++) {
      const [p = 0, q = 0] = [weights[a], weights[b]].map((weight = 0) => weight / sum);
      const expected = a === b ? 0 : (p * q) / (1 - p) + (q * p) / (1 - q); // either may be drawn first
      // four standard deviations of a share of so many draws
      const error = 4 * Math.sqrt(0.25 / DRAWS);
      expect(Math.abs((seen[6 * a + b] as number) / DRAWS - expected)).toBeLessThan(error);
    }
  }
});

test("gives them best first, with their own log-probabilities, and no more than there are", () => {
  const all = sampledCandidates(rows, totals, 9, new RandomStream(1));
  expect(all.map(({ beam, token }) => [beam, token])).toEqual([
    [0, 0],
    [1, 2],
    [1, 1],
    [1, 0],
    [0, 1],
  ]);
  expect(all[1]?.logProbability).toBe(-0.5);
});
