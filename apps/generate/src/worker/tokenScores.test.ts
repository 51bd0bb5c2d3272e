import { expect, test } from "vitest";
import { TokenScores } from "./tokenScores.ts";

test("tells the probabilities of a step, and the likeliest tokens, the first of equals first", () => {
  const scores = new TokenScores();
  const logits = Float32Array.from([0.1, 0.4, 0.1, 0.2, 0.2], Math.log);
  scores.listen(logits, [], 0);
  logits.fill(-Infinity); // what comes after changes the scores, not what was heard
  expect(scores.probabilityOf(1)).toBeCloseTo(0.4, 6);
  expect(scores.probabilityOf(9)).toBe(0);
  expect(scores.best(3).map(({ id }) => id)).toEqual([1, 3, 4]);
  expect(scores.best(9).map(({ id }) => id)).toEqual([1, 3, 4, 0, 2]);
  expect(scores.best(5).reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 6);
});
