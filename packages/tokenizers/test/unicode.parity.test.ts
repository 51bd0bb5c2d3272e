import { expect, test } from "vitest";
import { findDifferences, isListed, listed, UNICODE } from "./unicode.ts";

// What only the versions of Unicode decide stands in golden/unicode-differences.json, character by character. A difference
// that heals, or a new one, turns this red: then writeUnicodeDifferences.ts is to be run again.
test.skipIf(listed === undefined)(
  `Unicode ${UNICODE}: the listed characters are counted otherwise, and no others`,
  () => {
    expect(findDifferences()).toEqual(listed);
  },
  300_000,
);

const differences = listed ?? findDifferences();

test("Latin, Greek, Cyrillic, kana and common Han are settled: every engine answers as Hugging Face's libraries do", () => {
  const codes = [0x20, 0x4e00].flatMap((first) => Array.from({ length: 0x500 }, (_, i) => first + i));
  const kana = Array.from({ length: 0x60 }, (_, i) => 0x3040 + i);
  // U+0295 was a small letter until version 17.
  const settled = [...codes, ...kana].filter((code) => code !== 0x295);
  for (const [name, list] of Object.entries(differences)) {
    expect({ name, codes: settled.filter((code) => isListed(list, code)) }).toEqual({ name, codes: [] });
  }
}, 300_000);

// Each fails when it heals: then its mention in the README goes too.
test.each([
  ["Punctuation", 0x0c77], // version 12
  ["BertPreTokenizer", 0x0c77],
  ["UnicodeScripts", 0x1f9d1], // version 10
])("a known difference: %s of U+%i, which the library's table does not have", (name, code) => {
  expect(isListed(differences[name] ?? "", code)).toBe(true);
});
