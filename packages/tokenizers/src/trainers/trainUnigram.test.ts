import { expect, test } from "vitest";
import { Tokenizer, trainUnigram, type TrainingProgress } from "../index.ts";

// stems and endings, so that there is something to find
const texts = ["walk", "talk", "jump", "paint", "print"].map(
  (stem) => `the ${stem} ${stem}s ${stem}ed ${stem}ing there`,
);
const options = {
  preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  specialTokens: ["<unk>"],
  unkToken: "<unk>",
} as const;

test("what it learned reads and writes texts, after saving too", async () => {
  const tokenizer = await trainUnigram(texts, { ...options, vocabSize: 24 });
  expect(tokenizer.vocabSize).toBe(24);
  const { ids, tokens } = tokenizer.encode("the printed");
  expect(tokens.length).toBeLessThan("▁the▁printed".length);
  expect(Tokenizer.fromJSON(JSON.stringify(tokenizer)).decode(ids)).toBe("the printed");
  expect(tokenizer.encode("z").ids).toEqual([expect.any(Number), 0]);
});

test("progress ends where it said it would", async () => {
  const steps: TrainingProgress[] = [];
  const numbers = Array.from({ length: 300 }, (_, i) => `${i * 7919}`);
  await trainUnigram(numbers, { ...options, vocabSize: 20, onProgress: (step) => steps.push(step) });
  const last = steps.at(-1);
  expect(last?.done).toBeGreaterThanOrEqual(4);
  expect(last).toEqual({ stage: "learning", done: last?.done, total: last?.done });
});

test("a signal ends it while it learns", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const training = trainUnigram(
    Array.from({ length: 20_000 }, (_, i) => `${texts[i % 3]} ${i * 7919}`),
    {
      ...options,
      vocabSize: 100,
      signal: controller.signal,
      onProgress: ({ stage }) => {
        if (stage === "learning") controller.abort(reason);
      },
    },
  );
  await expect(training).rejects.toBe(reason);
});

test("refuses a vocabulary without room for the characters, and factors that do not shrink", async () => {
  await expect(trainUnigram(texts, { ...options, vocabSize: 5 })).rejects.toThrow(
    "trainUnigram: expected vocabSize to be at least 18 for these texts, got 5",
  );
  await expect(trainUnigram(texts, { ...options, shrinkingFactor: 1 })).rejects.toThrow(RangeError);
});

test("texts with the boundary of the trainer in them", async () => {
  const tokenizer = await trainUnigram(["a\0b a\0b ab"], { ...options, vocabSize: 20 });
  expect(tokenizer.tokenToId("\0")).toBeDefined();
});
