import { expect, test } from "vitest";
import { repeatedSubstrings } from "./suffixArray.ts";

/** The same by definition: every substring, kept where two of its places go on in two ways or it ends a text. */
function byDefinition(words: readonly string[], maxLength: number): { text: string; count: number }[] {
  const places = new Map<string, { count: number; readonly next: Set<string> }>();
  for (const word of words) {
    const chars = [...word, "\0"];
    for (let start = 0; start < chars.length - 1; start++) {
      for (let end = start + 2; end < chars.length && end - start <= maxLength; end++) {
        const text = chars.slice(start, end).join("");
        const place = places.get(text) ?? { count: 0, next: new Set<string>() };
        place.count++;
        place.next.add(chars[end] ?? "");
        places.set(text, place);
      }
    }
  }
  const length = (text: string): number => [...text].length;
  const codes = (text: string): string => [...text].map((c) => (c.codePointAt(0) ?? 0).toString().padStart(8)).join("");
  return [...places]
    .filter(([, { next }]) => next.size > 1)
    .map(([text, { count }]) => ({ text, count }))
    .sort((a, b) => b.count * length(b.text) - a.count * length(a.text) || (codes(a.text) < codes(b.text) ? 1 : -1));
}

test("finds what goes on in several ways, and what covers most of the words first", () => {
  expect(repeatedSubstrings(["low", "lower", "lowest"], 16, 10)).toEqual(
    [
      { text: "lowe", count: 2 },
      { text: "owe", count: 2 },
      { text: "low", count: 3 },
    ]
      .sort((a, b) => b.count * b.text.length - a.count * a.text.length || (a.text < b.text ? 1 : -1))
      .concat([{ text: "we", count: 2 }])
      .toSpliced(3, 0, { text: "ow", count: 3 }),
  );
});

test.each([2, 3, 16])("agrees with the definition on random words, up to %i characters", (maxLength) => {
  let state = 1;
  const random = (below: number): number => (state = (state * 48271) % 0x7fffffff) % below;
  const alphabet = ["a", "b", "ｚ", "😀"];
  const words = Array.from({ length: 200 }, () =>
    Array.from({ length: 1 + random(12) }, () => alphabet[random(4)] ?? "").join(""),
  );
  const expected = byDefinition(words, maxLength);
  expect(repeatedSubstrings(words, maxLength, Infinity)).toEqual(expected);
  expect(repeatedSubstrings(words, maxLength, 5)).toEqual(expected.slice(0, 5));
});

test("one character over and over is sorted in time", () => {
  const [longest] = repeatedSubstrings(["a".repeat(50_000)], 4, 1);
  expect(longest).toEqual({ text: "aaaa", count: 49_997 });
});
