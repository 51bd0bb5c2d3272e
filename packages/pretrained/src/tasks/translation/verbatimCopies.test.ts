import fc from "fast-check";
import { expect, test } from "vitest";
import { targetOfTokens } from "../../../test/targetOfTokens.ts";
import { VerbatimCopies } from "./verbatimCopies.ts";

// A vocabulary of letters, with a few longer tokens; a space is ▁.
const TOKENS = [
  ...[
    "</s>",
    "<unk>",
    "▁",
    "▁www",
    ".",
    "▁to",
    "▁con",
    "tact",
    "tac",
    "@",
    "▁(",
    "1",
    "2",
    "3",
    "4",
    "▁1",
    "-",
    "/",
    "!",
  ],
  ..."abcdeglmnortwxé",
];
const target = targetOfTokens(TOKENS);
const idsOf = (tokens: string) => tokens.split(" ").map((token) => TOKENS.indexOf(token));

/** The tokens that may follow what is written, of a source. */
function nextTokens(source: string, written: string): string[] {
  const scores = new Float32Array(TOKENS.length).fill(-1);
  new VerbatimCopies(target).processor([source])?.(scores, idsOf(written), 0);
  return TOKENS.filter((_, id) => scores[id] !== -Infinity);
}
const isFree = (source: string, written: string) => nextTokens(source, written).length === TOKENS.length;

test("goes on with an address that is begun, by any of its tokens, to its end", () => {
  const source = "Write to www.tacx.de/a or contact@a.de!";
  expect(isFree(source, "▁to ▁www")).toBe(true);
  expect(nextTokens(source, "▁to ▁www .")).toEqual(["tac", "t"]);
  expect(nextTokens(source, "▁to ▁www . tac x . d e /")).toEqual(["a"]);
  expect(nextTokens(source, "▁to ▁www . tac x . d e / a")).not.toContain("a");
  expect(nextTokens(source, "▁to ▁www . tac x . d e / a")).toEqual(expect.arrayContaining(["!", ".", "▁to", "</s>"]));
});

test("leaves a word that an address begins with to the sentence", () => {
  const source = "Contact contact@a.de!";
  expect(isFree(source, "▁con tact")).toBe(true);
  expect(nextTokens(source, "▁con tact @")).toEqual(["a"]);
  expect(isFree("Contact delron@a.de", "▁ d")).toBe(true);
  expect(nextTokens("Contact delron@a.de", "▁ d e l")).toEqual(["r"]); // letter by letter: no word that it knows
});

test("copies the digits of a long number, and no more of them", () => {
  const source = "room 1234, in 12 days";
  expect(isFree(source, "▁1 2")).toBe(true); // 12
  expect(nextTokens(source, "▁1 2 3")).toEqual(["4"]);
  expect(nextTokens(source, "▁1 2 3 4")).toEqual(expect.arrayContaining(["!", "-", "a", "</s>"]));
  for (const digit of "1234") expect(nextTokens(source, "▁1 2 3 4")).not.toContain(digit);
  expect(isFree("call (123) 412-4321", "▁( 1 2 3")).toBe(true); // no token of this vocabulary goes on with `)`
});

test.each(["+12 123 412 4321", "(123) 412-4321 or 412 4321 1,234", "12 1 234 and 1,234,412", "1234 1,234 1.234"])(
  "leaves a token to go on with, whatever is written: %s",
  (source) => {
    const copies = new VerbatimCopies(target, { targetLocale: "fr", nameBias: 3 });
    const process = copies.processor([source]);
    const token = fc.constantFrom(..."1 2 3 4 ▁ ▁1 . - ▁( a".split(" ")).map((text) => TOKENS.indexOf(text));
    const everyWritten = fc.property(fc.array(token, { maxLength: 16 }), (ids) => {
      const scores = new Float32Array(TOKENS.length).fill(-1);
      process?.(scores, ids, 0);
      return scores.some((score) => score > -Infinity);
    });
    fc.assert(everyWritten, { seed: 1, numRuns: 2000 });
  },
);

test("copies a phone number with groups of three digits, as no amount", () => {
  expect(nextTokens("call 12 123 412 4321", "1 2 ▁1 2 3 ▁")).toEqual(["4"]);
  expect(nextTokens("call 12 123 412 4321", "1 2 ▁1 2 3 ▁ 4 1 2 ▁ 4 3 2")).toEqual(["1"]);
});

test("makes log-probabilities of what is left", () => {
  const scores = new Float32Array(TOKENS.length).fill(-3);
  new VerbatimCopies(target).processor(["www.tacx.de"])?.(scores, idsOf("▁www ."), 0);
  const [tac, t] = [scores[TOKENS.indexOf("tac")], scores[TOKENS.indexOf("t")]];
  expect(tac).toBeCloseTo(Math.log(0.5));
  expect(t).toBeCloseTo(Math.log(0.5));
});

test("is not there where nothing is to be copied", () => {
  const copies = new VerbatimCopies(target);
  expect(copies.processor(["a", "b 12"])).toBeUndefined();
  const scores = new Float32Array(TOKENS.length).fill(-1);
  copies.processor(["a", "www.a.de"])?.(scores, idsOf("▁www"), 0); // of the first source
  expect(scores.every((score) => score === -1)).toBe(true);
});
