import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { languageCode, type LedSplitOptions, splitLedText } from "./languageCodes.ts";

/** A token a word, the code one too. */
const words: LedSplitOptions = {
  countTokens: (lead, text) => `${lead} ${text}`.split(/\s+/).filter(Boolean).length,
  isCode: (code) => code !== ">>no<<",
  maxTokens: 5,
  locale: "en",
};
const led = (text: string, options: Partial<LedSplitOptions> = {}) =>
  splitLedText(text, { ...words, ...options }).map(({ space, lead, text, source }) => [space, lead, text, source]);

describe("splitLedText", () => {
  test("a code leads every sentence behind it, up to the next code, which begins a line", () => {
    expect(led(">>fra<< I go. You go.\n>>por<<We go. >>fra<< They go.")).toEqual([
      ["", ">>fra<< ", "I go.", ">>fra<< I go."],
      [" ", ">>fra<< ", "You go.", "You go."],
      ["\n", ">>por<<", "We go.", ">>por<<We go."],
      [" ", ">>por<<", ">>fra<< They go.", ">>fra<< They go."],
    ]);
  });

  test("a code counts in every segment that a long sentence is cut into", () => {
    expect(led(">>fra<< one two three four five").map(([, lead, text]) => [lead, text])).toEqual([
      [">>fra<< ", "one two three"],
      [">>fra<< ", "four five"],
    ]);
    expect(led("one two three four five", { lead: ">>fra<< " }).map(([, , text]) => text)).toEqual([
      "one two three",
      "four five",
    ]);
  });

  test("a code of the text wins over the one that is asked for", () => {
    expect(led("I go.\n>>por<< You go.", { lead: ">>fra<< " }).map(([, lead]) => lead)).toEqual([
      ">>fra<< ",
      ">>por<< ",
    ]);
  });

  test.each([
    [">>no<< I go.", [["", "", ">>no<< I go.", ">>no<< I go."]]],
    [" >>fra<< I go.", [[" ", "", ">>fra<< I go.", ">>fra<< I go."]]],
    [">>fra<<", [["", ">>fra<<", "", ">>fra<<"]]],
    [
      ">>fra<< \n",
      [
        ["", ">>fra<< ", "", ">>fra<< "],
        ["\n", ">>fra<< ", "", ""],
      ],
    ],
    [">>a b<< I go.", [["", "", ">>a b<< I go.", ">>a b<< I go."]]],
  ])("of %j makes %j", (text, segments) => {
    expect(led(text)).toEqual(segments);
  });

  test("a word that is too long is a segment by itself, white space before it kept", () => {
    const key = "k".repeat(100);
    expect(led(`>>fra<< I go.  ${key}\n ${key} You go.`)).toEqual([
      ["", ">>fra<< ", "I go.", ">>fra<< I go."],
      ["  ", ">>fra<< ", key, key],
      ["\n ", ">>fra<< ", key, key],
      [" ", ">>fra<< ", "You go.", "You go."],
    ]);
    expect(led(`>>fra<<${key}`)).toEqual([["", ">>fra<<", "", `>>fra<<${key}`]].map(([a, b, , d]) => [a, b, key, d]));
  });

  test("loses nothing, whatever the text", () => {
    const parts = fc.constantFrom(
      "k".repeat(100),
      ">>fra<<",
      ">>no<<",
      ">>",
      "<<",
      " ",
      "\n",
      "\r\n",
      "I go. ",
      "a",
      "1. ",
      "\t",
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (some) => {
        const text = some.join("");
        const segments = splitLedText(text, words);
        expect(segments.map(({ space, source }) => space + source).join("")).toBe(text);
        for (const { source } of segments.slice(0, -1)) expect(source).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});

describe("languageCode", () => {
  const codes = [">>fra<<", ">>pt_br<<", ">>por<<", ">>zho_Hans<<", ">>cmn_Hant<<", ">>x_y!<<"];

  test.each([
    ["fra", ">>fra<<"],
    ["fr", ">>fra<<"],
    [">>fra<<", ">>fra<<"],
    ["fre", ">>fra<<"],
    ["pt-BR", ">>pt_br<<"],
    ["pt", ">>por<<"],
    ["zh-Hans", ">>zho_Hans<<"],
    ["zh_Hant", ">>cmn_Hant<<"],
    ["x_y!", ">>x_y!<<"],
  ])("of %s is %s", (language, code) => {
    expect(languageCode(language, codes)).toBe(code);
  });

  test("names the languages that there are", () => {
    expect(() => languageCode("de", codes)).toThrow(
      "expected a language that the model translates to (fra, pt_br, por, zho_Hans, cmn_Hant, x_y!), got de",
    );
    expect(() => languageCode("de", [])).toThrow(
      "expected a model that translates to several languages, got one without",
    );
  });
});
