import { describe, expect, test } from "vitest";
import { trainUnigram, type UnigramConfig } from "@qkv/tokenizers";
import { camelCase, readTrainings } from "./trainings.ts";

const { texts, trainings } = readTrainings<{
  readonly cut: "words" | "texts";
  readonly options: Readonly<Record<string, unknown>>;
  readonly model: UnigramConfig;
  readonly unsettled: readonly string[]; // tokens whose scores change from run to run
}>("training-unigram");

describe.each(Object.entries(trainings))("%s", (_name, { cut, options, model, unsettled }) => {
  const train = async (): Promise<UnigramConfig> => {
    const tokenizer = await trainUnigram(texts, {
      normalizer: { type: "NFKC" },
      preTokenizer: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: cut === "words" },
      ...camelCase(options),
    });
    return tokenizer.toJSON().model as UnigramConfig;
  };

  test("finds Hugging Face's tokens, the likeliest first", async () => {
    const found = await train();
    expect(found.vocab.map(([token]) => token).sort()).toEqual(model.vocab.map(([token]) => token).sort());
    expect(found.unk_id).toBe(model.unk_id);
    const specials = found.vocab.filter(([, score]) => score === 0).length;
    expect(found.vocab.slice(0, specials)).toEqual(model.vocab.slice(0, specials));
    const scores = found.vocab.slice(specials).map(([, score]) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test("finds Hugging Face's scores", async () => {
    const found = await train();
    const expected = new Map(model.vocab);
    // 1e-8: sums in another order; ten times the most that was seen, 2026-11
    for (const [token, score] of found.vocab) {
      if (!unsettled.includes(token)) expect(Math.abs(score - (expected.get(token) ?? NaN)), token).toBeLessThan(1e-8);
    }
    const scores = found.vocab.map(([, score]) => score);
    for (const [i, [, score]] of model.vocab.entries()) expect(Math.abs(score - (scores[i] ?? NaN))).toBeLessThan(1e-8);
  });
});
