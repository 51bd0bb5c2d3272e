import { describe, expect, test } from "vitest";
import { Budget } from "../checks/budget.ts";
import { regexMatcher } from "./regexMatcher.ts";

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
    [String.raw`(?<=\Ka)`, "aab", ["a", "a"]], // where Hugging Face's tokenizers never end
    [String.raw`\R|\X{2}`, "\r\n👍🏽é", ["\r\n", "👍🏽é"]],
  ])("%s", (pattern, text, expected) => expect(matches(pattern, text)).toEqual(expected));
});

test.each([
  [String.raw`a(?=b\K)`, "abab", [[1, 1], [3, 3]]],
  [String.raw`(?=ab\K)a`, "xab", [[2, 2]]],
  [String.raw`x(?:(?=a\K)ab|a)c`, "xac", [[0, 3]]],
  [String.raw`(?:(?!a\K)b|a)c`, "acbc", [[0, 2], [2, 4]]],
  [String.raw`(?:(?=(a))ab|.)\1`, "aab", []],
  [String.raw`(?>(b))*\1`, "abbab", [[1, 3]]],
])("what a look or a group wrote is undone where it is left: %s", (pattern, text, expected) => {
  const found: [number, number][] = [];
  regexMatcher(pattern, "pattern")(text, (...bounds) => found.push(bounds), new Budget(text.length));
  expect(found).toEqual(expected);
}); // prettier-ignore

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
    const start = process.cpuUsage();
    expect(matches(pattern, text)).toHaveLength(count);
    expect(process.cpuUsage(start).user).toBeLessThan(5_000_000); // hundredths of that; with ten thousands of millions of steps, an hour
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

describe("the work grows as the text does", () => {
  /** The steps of a search through all of a text; those that it may take at most where it gives up. */
  function steps(pattern: string, text: string): number {
    let taken = 0;
    const budget = new Budget(text.length);
    budget.take = (count) => (taken += count);
    try {
      regexMatcher(pattern, "pattern")(text, () => undefined, budget);
      return taken;
    } catch (error) {
      expect((error as Error).message).toMatch(/gives up on a text of \d+ characters: it takes more than 256 steps/);
      return 256 * (text.length + 1024);
    }
  }

  test.each([
    ["a".repeat(50), String.raw`\X`],
    ["a".repeat(50), String.raw`(?i)(a*)a*?\1c`],
    ["a".repeat(50), String.raw`(a*)a*?\1c`],
    ["ab ".repeat(20), String.raw`(?!(?<!\K[[:alpha:]])\b)`],
    ["ab ".repeat(20), String.raw`(?=(?:(?<=(?!b)\w*)a|\w)*+c)`],
    ["a".repeat(50), `${"\\p{L}?".repeat(900)}1`],
    ["a".repeat(50), String.raw`(?:a|a?)+$|(?:(?=a*b)a)*`],
    ["a".repeat(50), String.raw`\K{9000}`],
    ["a".repeat(50), `${"a".repeat(40)}b|a`],
    ["e\u0301".repeat(30), String.raw`(?:\X(?!\X))+`],
  ])("of %j by %s", (part, pattern) => {
    const [short, long] = [steps(pattern, part.repeat(100)), steps(pattern, part.repeat(400))];
    expect(long / short).toBeLessThan(5);
  });

  test.each([
    ["[".repeat(100_000), /nested more than 64 deep/],
    ["[\\a".repeat(30_000), /nested|not closed/],
    ["a".repeat(1_000_000), /more than 100000 characters long/],
    ["\\p{L}?".repeat(16_000) + "a?".repeat(9000), /more than 20000 steps long|100000 characters/],
    [Array.from({ length: 600 }, (_, i) => `[a\\x{${(0x4e00 + i).toString(16)}}]`).join(""), /more than 512 sets/],
    [`a{${"1".repeat(50_000)}`, /more than 20000 steps long/],
    [`${"(?<a".repeat(20_000)}`, /not known|not closed|unknown kind|nested|unmatched/],
  ])("a pattern of %#", (pattern, message) => {
    expect(() => regexMatcher(pattern, "pattern")).toThrow(message);
  });
});
