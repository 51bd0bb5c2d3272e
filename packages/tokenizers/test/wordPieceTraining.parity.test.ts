import { expect, test } from "vitest";
import { trainWordPiece } from "@qkv/tokenizers";
import { camelCase, readTrainings } from "./trainings.ts";

const { texts, trainings } = readTrainings<{
  readonly options: Readonly<Record<string, unknown>>;
  readonly vocab: Readonly<Record<string, number>>;
  readonly inOrder: boolean; // whether Hugging Face's ids are the same in every run
}>("training-word-piece");

test.each(Object.entries(trainings))("finds Hugging Face's tokens: %s", async (_name, { options, vocab, inOrder }) => {
  const tokenizer = await trainWordPiece(texts, {
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
    preTokenizer: { type: "BertPreTokenizer" },
    ...camelCase(options),
  });
  const found = tokenizer.toJSON().model.vocab as Record<string, number>;
  expect(Object.keys(found).sort()).toEqual(Object.keys(vocab).sort());
  if (inOrder) expect(found).toEqual(vocab);
});
