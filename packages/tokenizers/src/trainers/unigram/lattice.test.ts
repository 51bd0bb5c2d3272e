import { expect, test } from "vitest";
import { TrainingLattice } from "./lattice.ts";

// 0 is what is unknown
const texts = ["", "a", "b", "ab", "😀"];
const scores = Float64Array.of(0, Math.log(0.3), Math.log(0.2), Math.log(0.4), Math.log(0.1));

function lattice(): TrainingLattice {
  const made = new TrainingLattice(texts, [0, 1, 2, 3, 4], scores);
  made.setLeast(Math.log(0.1));
  return made;
}

test("pieces are expected as often as the spellings they are in are likely", () => {
  const expected = new Float64Array(5);
  lattice().addExpected("ab", 2, expected);
  const together = 0.4 / (0.4 + 0.3 * 0.2);
  [0, 2 * (1 - together), 2 * (1 - together), 2 * together, 0].forEach((often, id) =>
    expect(expected[id]).toBeCloseTo(often, 12),
  );
});

test("what is expected covers the word, however long and unlikely it is", () => {
  const expected = new Float64Array(5);
  lattice().addExpected("abba😀c".repeat(2000), 1, expected);
  const [unknown = 0, a = 0, b = 0, ab = 0, smile = 0] = expected;
  expect(unknown).toBeCloseTo(2000, 6);
  expect(smile).toBeCloseTo(2000, 6);
  expect(a + b + 2 * ab).toBeCloseTo(8000, 6);
});

test("the likeliest spelling, with and without the word itself", () => {
  const path = (word: string, whole?: boolean): { score: number | undefined; ids: number[] } => {
    const ids: number[] = [];
    return { score: lattice().bestPath(word, (id) => ids.unshift(id), whole), ids };
  };
  expect(path("ab")).toEqual({ score: Math.log(0.4), ids: [3] });
  expect(path("ab", false)).toEqual({ score: Math.log(0.3) + Math.log(0.2), ids: [1, 2] });
  expect(path("bcab").ids).toEqual([2, 0, 3]);
  expect(path("😀", false)).toEqual({ score: undefined, ids: [] });
});

test("pieces that are out are not used", () => {
  const left = Float64Array.from(scores);
  const made = new TrainingLattice(texts, [0, 1, 2, 3, 4], left);
  left[3] = -Infinity;
  const ids: number[] = [];
  made.bestPath("ab", (id) => ids.unshift(id));
  expect(ids).toEqual([1, 2]);
});
