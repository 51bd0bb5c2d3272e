import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SplitOptions, splitText } from "./splitText.ts";

/** A token a word, for tests that can be counted by hand. */
const words: SplitOptions = {
  countTokens: (text) => text.split(/\s+/).filter(Boolean).length,
  maxTokens: 7,
  locale: "en",
};
/** A token a character, so that any text can be too long. */
const characters: SplitOptions = { countTokens: (text) => text.length, maxTokens: 11 };
const texts = (text: string, options: SplitOptions = words) => splitText(text, options).map(({ text }) => text);

describe("splitText", () => {
  test("ends no sentence inside an address", () => {
    expect(texts("See a.org/b?c=1! Or b.fr/x!y. Well?No. It rains.Go.")).toEqual([
      ...["See a.org/b?c=1!", "Or b.fr/x!y.", "Well?", "No.", "It rains.Go."],
    ]);
  });

  test("loses nothing and keeps within the limit, whatever the text", () => {
    const anything = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 200 }),
      fc
        .array(fc.constantFrom("Mr.", "a", "word", ". ", ", ", " ", "\n", "\r\n", "🙂", "。", "No.", "J.R. "), {
          maxLength: 99,
        })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anything, fc.constantFrom(words, characters, { ...words, joinTokens: 5 }), (text, options) => {
        const segments = splitText(text, options);
        expect(segments.map(({ space, text }) => space + text).join("")).toBe(text);
        for (const segment of segments) {
          expect(segment.space.trim()).toBe("");
          expect(segment.text).toBe(segment.text.trim());
          expect(options.countTokens(segment.text)).toBeLessThanOrEqual(options.maxTokens);
        }
        for (const segment of segments.slice(0, -1)) expect(segment.text).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });

  test("cuts a long line as it cuts a short one, in a time that grows with its length", () => {
    const [short, long] = ["The dog, No. 7, is cold! ", `${"a, b ".repeat(2000)}end. `];
    const line = `${short.repeat(200)}${long}${short.repeat(20_000)}`.trim();
    const options = { ...characters, maxTokens: Infinity };
    const start = process.cpuUsage();
    const found = texts(line, options);
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000); // 0.1 s, and a minute if the segmenter sees all at once
    expect(found).toEqual([...Array(200).fill(short.trim()), long.trim(), ...Array(20_000).fill(short.trim())]);
  });

  test("cuts between sentences and keeps what stands between them", () => {
    expect(splitText("  Go home. It is late!\n\nWhy?  ", words)).toEqual([
      { space: "  ", text: "Go home." },
      { space: " ", text: "It is late!" },
      { space: "\n\n", text: "Why?" },
      { space: "  ", text: "" },
    ]);
    expect(splitText("", words)).toEqual([]);
    expect(splitText(" \n", words)).toEqual([{ space: " \n", text: "" }]);
  });

  test("does not cut behind abbreviations and initials", () => {
    expect(texts("Mr. Smith met Dr. Jones. J. R. Tolkien wrote. They left.")).toEqual([
      "Mr. Smith met Dr. Jones.",
      "J. R. Tolkien wrote.",
      "They left.",
    ]);
  });

  test("keeps short sentences of a paragraph together when asked to", () => {
    expect(texts("Go home. It is late. I am tired.\nWhy?", { ...words, joinTokens: 5 })).toEqual([
      "Go home. It is late.",
      "I am tired.",
      "Why?",
    ]);
  });

  test.each([
    ["line breaks", "\n".repeat(100_000)],
    ["white space", `a${" ".repeat(100_000)}b`],
    ["commas", ",".repeat(100_000)],
    ["letters", "a".repeat(100_000)],
    ["words", "word ".repeat(20_000)],
    ["sentences", "A dog runs. ".repeat(8_000)],
  ])("is quick with 100,000 characters of %s", (_what, text) => {
    const start = process.cpuUsage();
    let counted = 0;
    const countTokens = (part: string) => {
      counted += part.length;
      return part.length;
    };
    const segments = splitText(text, { countTokens, maxTokens: 100, locale: "en" });
    expect(counted).toBeLessThan(40 * text.length); // each cut counts a bounded part of what it cuts
    expect(segments.map(({ space, text }) => space + text).join("")).toBe(text);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3000); // 0.3 s here; what is quadratic takes a minute
  });

  test("cuts a sentence that is too long at a clause, then between words, then anywhere", () => {
    expect(texts("one two three four, five six seven eight nine")).toEqual([
      "one two three four,",
      "five six seven eight nine",
    ]);
    expect(texts("one two three four five six seven eight")).toEqual(["one two three four", "five six seven eight"]);
    expect(texts("x".repeat(20), characters)).toEqual(["x".repeat(10), "x".repeat(10)]);
    expect(texts("🙂".repeat(7), characters).join("")).toBe("🙂".repeat(7));
    for (const text of texts("a🙂".repeat(99), characters)) expect(text).not.toMatch(/\p{Surrogate}/u);
  });
});
