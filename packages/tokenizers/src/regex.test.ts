import { describe, expect, test } from "vitest";
import { Budget } from "./budget.ts";
import { regexMatcher } from "./regex.ts";

function matches(pattern: string, text: string): string[] {
  const found: string[] = [];
  const push = (start: number, end: number): unknown => found.push(text.slice(start, end));
  regexMatcher(pattern, "pattern")(text, push, new Budget(text.length));
  return found;
}

describe("matches what Oniguruma matches", () => {
  test.each([
    [
      String.raw`'(?i:[sdmt]|ll|ve|re)|\p{L}++| ?\p{N}{1,3}+|\s+(?!\S)`,
      "I'LL go  12345",
      ["I", "'LL", "go", " ", " 12345"],
    ],
    [String.raw`(?<=a|bc)x`, "ax bcx cx", ["x", "x"]],
    [String.raw`(?<!\d)\d{3}`, "1234 567", ["123", "567"]],
    [String.raw`(?>a+)b|a*+c|a`, "aab aac", ["aab", "aac"]],
    ["[[:upper:]][[:lower:]&&[^n]]*", "Hello Anna", ["Hello", "A"]],
    [String.raw`\Aa|a\z|\hz`, "a fz a", ["a", "fz", "a"]],
    ["(?m:a.b)|^c$", "a\nb\nc", ["a\nb", "c"]],
    ["(?x) a b # comment\n | \\ c", "ab c", ["ab", " c"]],
    [String.raw`(\w)\1|(?<!x)`, "aab", ["aa", ""]],
    ["(?i)straße|ÉTÉ", "STRAßE été", ["STRAßE", "été"]],
    ["a{,2}b|x{2}+", "aaab xxxx", ["aab", "xxxx"]],
    ["(?i)[^k]", "K\u212aj", ["j"]],
    [String.raw`\p{^L}|\P{^N}|\p{Greek}+`, "a1λόγος", ["1", "λόγος"]],
    [String.raw`b\Ka|.(?=😀)`, "ba 😀", ["a", " "]],
    [String.raw`\R|\X{2}`, "\r\n👍🏽é", ["\r\n", "👍🏽é"]],
  ])("%s", (pattern, text, expected) => expect(matches(pattern, text)).toEqual(expected));
});

const MANY = 50_000;

describe("no pattern takes more than a moment", () => {
  test.each([
    ["(a+)+$", `${"a".repeat(MANY)}!`, 0],
    ["(a|a)*b", "a".repeat(MANY), 0],
    ["(.*)*x", "a".repeat(MANY), 0],
    [String.raw`\s+$`, `${" ".repeat(MANY)}x`, 0],
    ["(x+x+)+y", "x".repeat(MANY), 0],
    ["(?:(?=a*b)a)*c", `${"a".repeat(MANY)}b`, 0],
    [String.raw`(\w+\s?)+$`, `${"word ".repeat(MANY / 5)}!!`, 0],
    [String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`, `${" ".repeat(MANY)}x`, 2],
    ["([\\s\\S]*?,)*x", "a,".repeat(MANY / 2), 0],
  ])("%s", (pattern, text, count) => {
    const start = performance.now();
    expect(matches(pattern, text)).toHaveLength(count);
    expect(performance.now() - start).toBeLessThan(5000); // hundredths of that; with ten thousands of millions of steps, an hour
  });

  test.each([
    [String.raw`(a*)*\1b`, "a".repeat(10_000)],
    ["(?<=a+)b", "a".repeat(10_000)],
  ])("%s ends with an error that names it", (pattern, text) => {
    expect(() => matches(pattern, text)).toThrow(/^pattern: .* gives up on a text of 10000 characters: .* steps/);
  });
});

test.each([
  ["(", "not closed"],
  ["a)", "unmatched )"],
  ["[a", "not closed"],
  ["*", "nothing to repeat"],
  ["a{2,1}", "out of range"],
  [String.raw`\p{Nothing}`, "unknown property"],
  ["[[:nothing:]]", "unknown class"],
  [String.raw`\k<x>`, "a reference to no group"],
  ["(?<x", "unknown kind"],
  ["(".repeat(100) + ")".repeat(100), "nested more than 64 deep"],
  ["[".repeat(100) + "a" + "]".repeat(100), "nested more than 64 deep"],
  ["(?:(?:(?:ab){100}){100}){100}", "more than 20000 steps"],
  ["a{999999}", "out of range"],
  ["\\", "ends too early"],
])("%s is an error", (pattern, message) => {
  expect(() => regexMatcher(pattern, "here")).toThrow(`here: a regular expression that cannot be used: `);
  expect(() => regexMatcher(pattern, "here")).toThrow(message);
});
