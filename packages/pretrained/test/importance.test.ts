import { readFileSync } from "node:fs";
// What a text is worth: a trained translator rounded to 4 bits errs less on other sentences if it was measured on some.
import { initBackend } from "@qkv/backend";
import { loadPretrained, measureImportance, quantize } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { expectNoLeaks } from "@qkv/testing";
import { generate, marian, type MarianModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";

beforeAll(() => initBackend("wasm", { threads: 1 }));

/** Sentences enough that their errors are no accident. */
const PHRASES = readFileSync("recipes/en-fr/phrases.tsv", "utf8")
  .split("\n")
  .map((line) => line.split("\t")[0] ?? "")
  .filter(({ length }) => length > 14);
const MEASURED = PHRASES.filter((_, i) => i % 12 === 0);
const OTHERS = PHRASES.filter((_, i) => i % 16 === 1);

const open = async () => {
  const { model, tokenizer } = await loadPretrained(modelFolder("models/en-fr"), {
    families: [marian],
    dtype: "float32",
  });
  return { model, encode: (text: string) => [...(tokenizer?.encode(text).ids ?? [])] };
};

/** The logits of each sentence's translation, token by token. */
async function logitsOf(
  model: MarianModel,
  pairs: readonly (readonly [number[], number[]])[],
): Promise<Float32Array[]> {
  const all: Float32Array[] = [];
  for (const [source, target] of pairs) {
    const [ids, decoderIds] = [source, target].map((row) => tf.tensor2d(row, [1, row.length], "int32")) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const outputs = tf.tidy(() => model.forward({ ids, decoderIds }).logits);
    all.push(Float32Array.from((await outputs.data()) as Float32Array));
    tf.dispose([ids, decoderIds, outputs]);
  }
  return all;
}

test("en-fr at q4_0", () =>
  expectNoLeaks(async () => {
    const { model: right, encode } = await open();
    const pairs: [number[], number[]][] = [];
    for (const text of OTHERS) {
      const [[found] = []] = await generate(right, [encode(text)], { maxNewTokens: 24 });
      pairs.push([encode(text), [right.config.decoderStartTokenId, ...(found?.ids ?? [])]]);
    }
    const expected = await logitsOf(right, pairs);
    const importance = await measureImportance(right, async () => {
      for (const text of MEASURED) await generate(right, [encode(text)], { maxNewTokens: 24 });
    });
    right.dispose();
    const errors: number[] = [];
    for (const options of [{}, { importance }]) {
      const { model } = await open();
      const { layers } = await quantize(model, "q4_0", options);
      expect(layers.every(({ weightedError }) => (weightedError !== undefined) === "importance" in options)).toBe(true);
      const actual = await logitsOf(model, pairs);
      const difference = (row: Float32Array, i: number) =>
        row.reduce((sum, value, j) => sum + (value - (expected[i]?.[j] as number)) ** 2, 0);
      errors.push(actual.map(difference).reduce((sum, each) => sum + each, 0));
      model.dispose();
    }
    expect((errors[1] as number) / (errors[0] as number)).toBeLessThan(0.95);
  }));
