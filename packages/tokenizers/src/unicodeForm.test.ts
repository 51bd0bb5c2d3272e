import { expect, test } from "vitest";
import { AlignedText } from "./alignedText.ts";
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
