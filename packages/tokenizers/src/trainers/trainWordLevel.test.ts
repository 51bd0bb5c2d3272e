import { expect, test } from "vitest";
import { trainWordLevel } from "../index.ts";

const options = { preTokenizer: { type: "WhitespaceSplit" }, specialTokens: ["<unk>"] } as const;

test("the most frequent words come first, then the order of code points", async () => {
  const tokenizer = await trainWordLevel(["b 😀 a ｚ b"], options);
  expect(tokenizer.toJSON().model.vocab).toEqual({ "<unk>": 0, b: 1, a: 2, ｚ: 3, "😀": 4 });
  expect(tokenizer.encode("a b c").ids).toEqual([2, 1, 0]);
});

test("texts may come asynchronously, and progress is told", async () => {
  async function* texts() {
    yield "one two";
    yield Promise.resolve("two");
  }
  const progress: unknown[] = [];
  const tokenizer = await trainWordLevel(texts(), { ...options, onProgress: (step) => progress.push(step) });
  expect(tokenizer.encode("two one").ids).toEqual([1, 2]);
  expect(progress.at(-1)).toEqual({ stage: "reading", done: 2, total: 2 });
});

test("an endless corpus is read until the signal says stop, and is closed then", async () => {
  let closed = false;
  function* texts() {
    try {
      for (;;) yield "the same again";
    } finally {
      closed = true;
    }
  }
  const signal = AbortSignal.timeout(50);
  await expect(trainWordLevel(texts(), { ...options, signal })).rejects.toThrow(signal.reason as Error);
  expect(closed).toBe(true);
});
