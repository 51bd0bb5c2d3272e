import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { type CausalLanguageModel, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

// 35 MB of halves and 1 MB: the first is more than caches hold.
const files = async (vocabSize: number) => {
  const config = llama.parseConfig({
    ...{ model_type: "llama", vocab_size: vocabSize, hidden_size: 256, intermediate_size: 64, num_hidden_layers: 1 },
    ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 16, tie_word_embeddings: true },
  });
  using model = llama.build(Params.initialized(1), config) as CausalLanguageModel;
  return memoryFiles("made", await pretrainedFiles({ model, dtype: "F16" }));
};

const formatOf = (model: CausalLanguageModel) => model.params.weights().get("embedding.weight")?.format;

test("halves that caches do not hold stay halves on wasm, and give the logits of floats", async () => {
  await initBackend("wasm");
  const source = await files(68_000);
  using held = (await loadPretrained(source, { families: [llama] })).model;
  using floats = (await loadPretrained(source, { families: [llama], dtype: "float32" })).model;
  expect([formatOf(held), formatOf(floats)]).toEqual(["f16", "f32"]);
  expect(() => held.params.named()).toThrow(
    'embedding.weight, which is packed: load the model with { dtype: "float32" }',
  );
  expect(floats.params.named().size).toBeGreaterThan(0);
  const ids = tf.tensor2d([[3, 67_999, 7]], undefined, "int32");
  const [actual, expected] = [held, floats].map((model) => model.forward({ ids }).logits) as [tf.Tensor, tf.Tensor];
  const largest = tf.tidy(() => tf.max(tf.abs(tf.sub(actual, expected))));
  expect((await largest.data())[0]).toBeLessThan(1e-4);
  tf.dispose([ids, actual, expected, largest]);
});

test("halves of a small model become floats, and so do all where nothing multiplies halves", async () => {
  await initBackend("wasm");
  using small = (await loadPretrained(await files(2_000), { families: [llama] })).model;
  expect(formatOf(small)).toBe("f32");
  const source = await files(68_000);
  await initBackend("cpu");
  using elsewhere = (await loadPretrained(source, { families: [llama] })).model;
  expect(formatOf(elsewhere)).toBe("f32");
});
