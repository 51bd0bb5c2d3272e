import { expect, test } from "vitest";
import { TrainingTrie } from "./trie.ts";

test("finds every text that was put in, and no other", () => {
  const trie = new TrainingTrie();
  const texts = Array.from({ length: 5000 }, (_, i) => `${(i * 7919) % 10_007}\uffff${i % 3}`);
  for (const [i, text] of texts.entries()) trie.set(text, i + 1);
  const find = (text: string): number => {
    let node = 0;
    for (let i = 0; i < text.length; i++) if ((node = trie.next(node, text.charCodeAt(i))) === 0) return 0;
    return trie.valueOf(node);
  };
  expect(texts.map(find)).toEqual(texts.map((_, i) => i + 1));
  expect(["", "x", "7919", "7919\uffff", "7919\uffff9"].map(find)).toEqual([0, 0, 0, 0, 0]);
});
