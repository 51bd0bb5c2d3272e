import { expect, test } from "vitest";
import { trainWordLevel } from "@qkv/tokenizers";
import { camelCase, readTrainings } from "./trainings.ts";

const { texts, trainings } = readTrainings<{
  readonly options: Readonly<Record<string, unknown>>;
  readonly vocab: Readonly<Record<string, number>>;
  readonly added: readonly unknown[];
}>("training-word-level");

test.each(Object.entries(trainings))("finds Hugging Face's words: %s", async (_name, { options, vocab, added }) => {
  const tokenizer = await trainWordLevel(texts, {
    normalizer: { type: "Lowercase" },
    preTokenizer: { type: "WhitespaceSplit" },
    ...camelCase(options),
  });
  expect(tokenizer.toJSON().model.vocab).toEqual(vocab);
  expect(tokenizer.toJSON().added_tokens).toEqual(added);
});
