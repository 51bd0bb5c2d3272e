import { expect, test } from "vitest";
import { targetOfTokens } from "../../../test/targetOfTokens.ts";
import { decimalMarkOf, numbersOf, restrictAmounts } from "./amounts.ts";
import { tokenTextsOf } from "./tokenTexts.ts";

const TOKENS = ["</s>", "▁", ..."0123456789", ".", ",", "45", "500", "▁5", "a", "▁a", "$"];
const vocabulary = tokenTextsOf(targetOfTokens(TOKENS));

/** The tokens that may follow what is written, of a source. */
function nextTokens(source: string, written: string, locale = ""): string {
  const scores = new Float32Array(TOKENS.length).fill(-1);
  const ids = written.split("|").map((token) => TOKENS.indexOf(token));
  restrictAmounts(vocabulary, scores, ids, numbersOf(source), decimalMarkOf(locale));
  return TOKENS.filter((_, id) => scores[id] !== -Infinity).join(" ");
}
const ALL = TOKENS.join(" ");
const NO_DIGIT = "</s> ▁ . , a ▁a $";

test.each([
  ["$4,500", [["4500", [1], 4]]],
  [
    "1 234 567 or 12.500,75",
    [
      ["1234567", [1, 4], 7],
      ["1250075", [2, 5], 5],
    ],
  ],
  ["in 2024, 19,995 and 1.5 and 1,23 and a1,234 and 1,2345", [["19995", [2], 5]]],
] as const)("finds numbers whose thousands are set apart: %s", (text, amounts) => {
  const found = numbersOf(text).amounts.map(({ digits, breaks, whole }) => [digits, [...breaks], whole]);
  expect(found).toEqual(amounts);
});

test("keeps the digits of one that is begun, and no more of them", () => {
  const source = "a car for $4,500";
  expect(nextTokens(source, "▁|4")).toBe(ALL); // any number may begin so
  expect(nextTokens(source, "▁|4|▁5")).toBe("0");
  expect(nextTokens(source, "▁|4|▁5|0")).toBe("0");
  expect(nextTokens(source, "▁|4|▁|500")).toBe(NO_DIGIT);
  expect(nextTokens(source, "▁|4|▁|500|▁")).toBe(NO_DIGIT);
  expect(nextTokens(source, "▁|45")).toBe("0"); // without a mark
  expect(nextTokens(source, "▁|4|▁|7")).toBe(`</s> ▁ . , a ▁a $`); // another number, which is not long
});

test("sets all thousands apart by the mark that it began with", () => {
  const source = "1,234,500 of them";
  expect(nextTokens(source, "1|▁|2|3|4")).toBe("▁ ▁5");
  expect(nextTokens(source, "1|.|2|3|4")).toBe(".");
  expect(nextTokens(source, "1|2|3|4")).toBe(`</s> ▁ 5 . , 500 ▁5 a ▁a $`);
  expect(nextTokens(source, "1|▁|2|3|4|▁|500")).toBe(NO_DIGIT);
});

test("sets no thousands apart by the decimal mark of the target language", () => {
  expect(nextTokens("$4,500", "▁|4", "fr")).toBe(ALL.replace(" ,", ""));
  expect(nextTokens("4.500 €", "▁|4", "en-GB")).toBe(ALL.replace(" .", ""));
  expect(nextTokens("$4,500", "▁|4", "roa, and others")).toBe(ALL);
  expect(nextTokens("$4,500.45", "▁|4|▁|500", "fr")).toBe("▁ . ,");
  expect(nextTokens("$4,500 for 4", "▁|4", "fr")).toBe(ALL); // and not only 4
});

test("has decimals behind a mark of their own", () => {
  const source = "$4,500.45";
  expect(nextTokens(source, "▁|4|▁|500")).toBe("▁ . ,");
  expect(nextTokens(source, "▁|4|▁|500|,")).toBe("4 45");
  expect(nextTokens(source, "▁|4|▁|500|,|45")).toBe(NO_DIGIT);
});

test("leaves thousands in words, and numbers that are the beginning of others", () => {
  expect(nextTokens("350,000 people", "3|5|0")).toContain("▁a"); // 350 thousand
  expect(nextTokens("350,000 people", "3|5|0")).not.toContain(" 1 ");
  expect(nextTokens("45 people paid 4,500", "45")).toBe(ALL);
  expect(nextTokens("4,500 or 45,000", "4|5")).toBe(ALL);
});
