import type { Tokenizer } from "@qkv/tokenizers";
import { expect, test } from "vitest";
import { encodePairs } from "./encodedPairs.ts";

test("each side of a pair is encoded in its own vocabulary", () => {
  const withId = (id: number) => ({ encode: (text: string) => ({ ids: [id, text.length] }) }) as unknown as Tokenizer;
  const sides = { source: withId(7), target: withId(9) };
  const pairs = [
    { source: "dog", target: "chien" },
    { source: "dog", target: "" },
  ];
  expect(encodePairs(pairs, sides)).toEqual([{ source: Int32Array.of(7, 3), target: Int32Array.of(9, 5) }]);
});
