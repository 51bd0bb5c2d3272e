import { expect, test } from "vitest";
import { AlignedText } from "../text/alignedText.ts";
import { normalizeForm } from "./unicodeForm.ts";

const boundsOf = (text: string, form: "NFC" | "NFD"): [string, number, number][] => {
  const normalized = normalizeForm(new AlignedText(text), form);
  return Array.from(normalized.text, (char, i) => [char, normalized.startOf(i), normalized.endOf(i)]);
};

test("marks that change places keep where they came from", () => {
  expect(boundsOf("a\u0308\u0323x", "NFD")).toEqual([["a", 0, 1], ["\u0323", 1, 2], ["\u0308", 2, 3], ["x", 3, 4]]); // prettier-ignore
});

test("marks that all change places come out as the engine has them", () => {
  const text = `a${"\u0301".repeat(500)}${"\u0323".repeat(500)}`; // sorted: the second kind first
  for (const form of ["NFC", "NFD"] as const) {
    const normalized = normalizeForm(new AlignedText(text), form);
    expect(normalized.text).toBe(text.normalize(form));
    expect(normalized.starts).toHaveLength(normalized.text.length);
  }
});

test("a long text is normalized a stretch at a time, which no character notices", () => {
  // Marks and letters that join what is before them, or change places with it, wherever a stretch may end.
  const letters = [
    "e\u0301",
    "a\u0323\u0308",
    "\u1112\u1161\u11ab",
    "한",
    "\uff76\uff9e",
    "ﷺ",
    "e",
    "😀",
    "\u0b47\u0b3e",
  ];
  for (let shift = 0; shift < 9; shift++) {
    const text = "x".repeat(shift) + letters.join("").repeat(200);
    for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
      const { text: normalized, starts = [] } = normalizeForm(new AlignedText(text), form);
      expect(normalized).toBe(text.normalize(form));
      expect(starts.every((start, i) => i === 0 || start >= (starts[i - 1] ?? 0))).toBe(true);
    }
  }
});
