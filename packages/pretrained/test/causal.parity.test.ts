import { initBackend } from "@qkv/backend";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { parseSafetensors, toFloat32, writeSafetensors } from "@qkv/safetensors";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import type { CausalLanguageModel } from "@qkv/transformer";
import { gpt2, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type GoldenFolder, goldenFolder } from "./goldenFolder.ts";

beforeAll(() => initBackend("cpu"));

async function expectGoldenLogits(model: CausalLanguageModel, { arrays }: Pick<GoldenFolder, "arrays">): Promise<void> {
  const inputs = tf.tidy(() => ({
    ids: arrays.tensor<tf.Rank.R2>("input/ids"),
    attentionMask: tf.cast(arrays.tensor<tf.Rank.R2>("input/keep"), "bool"),
  }));
  const output = model.forward(inputs);
  await expectClose(output.logits, arrays.array("output/logits"));
  tf.dispose([inputs, { ...output }] as unknown as tf.TensorContainer);
}

describe.each([
  ["gpt2", "GPT2LMHeadModel"],
  ["llama", "LlamaForCausalLM"],
  ["mistral", "MistralForCausalLM"],
  ["qwen2", "Qwen2ForCausalLM"],
  ["qwen3", "Qwen3ForCausalLM"],
])("%s", (name, className) => {
  test("opens as Python saved it, and is saved so that it opens again", () =>
    expectNoLeaks(async () => {
      const golden = goldenFolder(name);
      const { model, architecture, config } = await loadPretrained(golden.files(), { families: [gpt2, llama] }); // prettier-ignore
      expect(architecture).toBe(className);
      await expectGoldenLogits(model, golden);

      const saved = await pretrainedFiles({ model });
      model.dispose();
      const { tensors } = parseSafetensors(saved.get("model.safetensors") ?? new Uint8Array());
      expect([...tensors.keys()].sort()).toEqual([...golden.weights.keys()].sort());
      for (const [key, { data, shape }] of golden.weights) {
        const tensor = tensors.get(key);
        expect(tensor?.shape, key).toEqual(shape);
        expect(tensor && toFloat32(tensor), key).toEqual(data);
      }
      const again = await loadPretrained(memoryFiles("again", saved));
      expect(again.config).toEqual(config);
      await expectGoldenLogits(again.model as CausalLanguageModel, golden);
      again.model.dispose();
      expect(JSON.parse(new TextDecoder().decode(saved.get("generation_config.json")))).toEqual({
        ...{ bos_token_id: 2, eos_token_id: 0, pad_token_id: 1 },
      });
    }));
});

test("masks and frequencies of older files are left unread, of whatever type they are", async () => {
  const { files: made, arrays } = goldenFolder("gpt2");
  const files = made();
  const stored = parseSafetensors((await files.read("model.safetensors")) ?? new Uint8Array()).tensors;
  const older = new Map([...stored].map(([name, tensor]) => [name.replace(/^transformer\./, ""), tensor]));
  older.set("h.0.attn.bias", { dtype: "BOOL", shape: [1, 1, 2, 2], bytes: Uint8Array.of(1, 0, 1, 1) });
  const read = async (file: string) => (file === "model.safetensors" ? writeSafetensors(older) : files.read(file));
  const { model } = await loadPretrained({ name: "older", read });
  await expectGoldenLogits(model as CausalLanguageModel, { arrays });
  model.dispose();
});
