import { expect, test } from "vitest";
import { isSound, pairsOfCells } from "./cleaning.ts";

test.each([
  ["a pair", "Where is it?", "Où est-ce ?", true],
  ["a slot to fill", "I have {number} dogs.", "J'ai {number} chiens.", true],
  ["an empty side", "Yes.", "", false],
  ["a replacement character", "caf\uFFFD", "café", false],
  ["UTF-8 read as Latin-1", "coffee", "cafÃ©", false],
  ["a placeholder", "Hello {userName}", "Bonjour {userName}", false],
  ["markup", "<b>Hello</b>", "Bonjour", false],
  ["another text", "Yes.", "Il était une fois un roi qui avait trois filles.", false],
])("%s", (_what, source, target, sound) => {
  expect(isSound({ source, target })).toBe(sound);
});

test.each([
  ["ill / sick", "malade (adj.) / souffrant", ["ill|malade", "sick|souffrant"]],
  ["Excuse me", "Excusez-moi / Pardon", ["Excuse me|Excusez-moi"]],
  ["by a man / woman", "par un homme / une femme", ["by a man|par un homme"]],
  ["May I have some…?", "Puis-je avoir...", []],
  ["toy blocks [pl]", "cubes", ["toy blocks|cubes"]],
])("the cells %s and %s", (source, target, expected) => {
  expect(pairsOfCells({ source, target }).map((pair) => `${pair.source}|${pair.target}`)).toEqual(expected);
});
