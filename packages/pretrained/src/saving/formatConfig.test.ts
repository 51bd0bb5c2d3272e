import { bert, gpt2, llama } from "@qkv/transformer";
import { vit, vitConfig } from "@qkv/vit";
import { expect, test } from "vitest";
import type { AnyFamily } from "../registry/findFamily.ts";
import { configText, formatConfig } from "./formatConfig.ts";

const LLAMA = llama.parseConfig({ model_type: "llama", num_hidden_layers: 2 });
const VIT = vitConfig({ imageSize: 8, patchSize: 4, dModel: 4, numLayers: 1, numHeads: 1, labels: ["a", "b"] });
const format = (family: unknown, config: object) => () => formatConfig(family as AnyFamily, config as never);

test.each([
  ["fields in another order", llama, { ...LLAMA, rotary: { base: 10_000, dim: 128 } }],
  ["a default left out", llama, { ...LLAMA, rotary: { dim: 128 } }],
  ["windows of one size", llama, { ...LLAMA, modelType: "qwen2", windows: [null, 4] }],
  ["a class more", bert, { ...bert.parseConfig({ model_type: "bert" }), labels: ["a", "b", "c"] }],
])("writes %s", (_, family, config) => {
  expect(format(family, config)()["model_type"]).toBe((config as { modelType: string }).modelType);
});

test.each([
  ["windows of two sizes", llama, { ...LLAMA, modelType: "qwen2", windows: [3, 4] }, "got windows [3,4]"],
  ["windows of a Llama", llama, { ...LLAMA, windows: [4, 4] }, "got windows [4,4], which would be read as none"],
  ["biases of a Mistral", llama, { ...LLAMA, modelType: "mistral", attentionBias: true }, "got attentionBias true"],
  ["a rotary width that no head has", llama, { ...LLAMA, rotary: { dim: 64 } }, 'got rotary {"dim":64}'],
  ["a head width of GPT-2", gpt2, { ...gpt2.parseConfig({ model_type: "gpt2" }), headDim: 3 }, "got headDim 3"],
  ["a stem of a ViT", vit, { ...VIT, stem: [{ channels: 2, stride: 2 }] }, "got stem"],
])("refuses %s", (_, family, config, message) => {
  expect(format(family, config)).toThrow(message);
});

test("fields that transformers takes as floats alone have a point", () => {
  const text = configText({ final_logit_softcapping: 30, layer_norm_eps: 1e-5, vocab_size: 30, logit_scale: 2 });
  expect(text).toBe(
    '{\n  "final_logit_softcapping": 30.0,\n  "layer_norm_eps": 0.00001,\n  "vocab_size": 30,\n  "logit_scale": 2.0\n}\n',
  );
});
