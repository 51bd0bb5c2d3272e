import { expect, test } from "vitest";
import { questions } from "./unicode.ts";

const differences = (name: string, codes: readonly number[]): number[] => {
  const question = questions.find((each) => each.name === name);
  if (question === undefined) throw new Error(`no question ${name}`);
  return codes.filter((code) => question.differs(code));
};

test("Latin, Greek, Cyrillic, kana and common Han are settled: every engine answers as Hugging Face's libraries do", () => {
  const codes = [0x20, 0x4e00].flatMap((first) => Array.from({ length: 0x500 }, (_, i) => first + i));
  const kana = Array.from({ length: 0x60 }, (_, i) => 0x3040 + i);
  // U+0295 was a small letter until version 17.
  const settled = [...codes, ...kana].filter((code) => code !== 0x295);
  for (const { name } of questions) expect({ name, codes: differences(name, settled) }).toEqual({ name, codes: [] });
});

// Each fails when it heals: then its mention in the README goes too.
test.each([
  ["Punctuation", 0x0c77], // version 12
  ["BertPreTokenizer", 0x0c77],
  ["UnicodeScripts", 0x1f9d1], // version 10
])("a known difference: %s of U+%i, which the library's table does not have", (name, code) => {
  expect(differences(name, [code])).toEqual([code]);
});
