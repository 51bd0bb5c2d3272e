import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Tokenizer, trainBpe, type TrainBpeOptions } from "@qkv/tokenizers";

const folder = new URL("golden/", import.meta.url);
const corpus = readFileSync(new URL("corpus.txt", folder), "utf8").split("\n").slice(0, -1);

interface Training {
  readonly options: Readonly<Record<string, unknown>>;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly [string, string])[];
}

// Written by golden/make_tokenizers.py with Hugging Face's BpeTrainer.
const { trainings } = JSON.parse(readFileSync(new URL("training.json", folder), "utf8")) as {
  trainings: Record<string, Training>;
};

const pipeline = {
  preTokenizer: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: { Regex: "\\s?\\p{L}+'?|\\s?\\p{N}+|\\s?[^\\s\\p{L}\\p{N}]+|\\s+" },
        behavior: "Isolated",
        invert: false,
      },
      { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
    ],
  },
} as const satisfies TrainBpeOptions;

test.each(Object.entries(trainings))(
  "learns what Hugging Face learns: %s",
  async (_name, { options, vocab, merges }) => {
    const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
    const ours = Object.fromEntries(Object.entries(options).map(([name, value]) => [camel(name), value]));
    const { model } = (await trainBpe(corpus, { ...pipeline, ...ours })).toJSON();
    expect(model).toMatchObject({ merges });
    expect(model.vocab).toEqual(vocab);
  },
);

test("a golden tokenizer trained again is the golden tokenizer", async () => {
  const { tokenizer } = JSON.parse(readFileSync(new URL("shipped.json", folder), "utf8")) as {
    tokenizer: NonNullable<Parameters<typeof Tokenizer.fromJSON>[0]> & Record<string, never>;
  };
  const trained = await trainBpe(corpus, {
    ...pipeline,
    vocabSize: 420,
    specialTokens: ["</s>", "<unk>", "<pad>"],
    initialAlphabet: trainings["alphabet"]?.options["initial_alphabet"] as string[],
    normalizer: tokenizer["normalizer"] ?? null,
    postProcessor: tokenizer["post_processor"] ?? null,
    decoder: tokenizer["decoder"] ?? null,
  });
  expect(JSON.parse(JSON.stringify(trained))).toEqual(tokenizer);
});
