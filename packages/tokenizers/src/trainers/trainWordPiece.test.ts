import { expect, test } from "vitest";
import { trainWordPiece } from "../index.ts";

const options = { preTokenizer: { type: "BertPreTokenizer" }, specialTokens: ["[UNK]", "[PAD]"] } as const;

test("words are spelled with the prefix inside them", async () => {
  const tokenizer = await trainWordPiece(["low lower lowest slow"], { ...options, vocabSize: 21 });
  expect(tokenizer.encode("low lows lowest x").tokens).toEqual(["low", "low", "##s", "lowe", "##st", "[UNK]"]);
});

test("progress counts the tokens, up to the size of the vocabulary", async () => {
  const steps: unknown[] = [];
  await trainWordPiece(["abab abab"], { ...options, vocabSize: 8, onProgress: (step) => steps.push(step) });
  expect(steps).toEqual([
    { stage: "reading", done: 1, total: 1 },
    { stage: "learning", done: 7, total: 8 },
    { stage: "learning", done: 8, total: 8 },
  ]);
});

test("a signal that is aborted already ends it before the first text", async () => {
  const signal = AbortSignal.abort(new Error("no more"));
  let read = 0;
  function* texts() {
    read++;
    yield "text";
  }
  await expect(trainWordPiece(texts(), { ...options, signal })).rejects.toThrow("no more");
  expect(read).toBe(0);
});
