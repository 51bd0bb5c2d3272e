// GGUF files: logits of transformers from the weights as they were rounded, ids of the tokenizers that the files' were made from.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { parseGguf, writeGguf } from "@qkv/gguf";
import { ggufFiles, loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { parseSafetensors, toFloat32, toInt32 } from "@qkv/safetensors";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import type { CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";

const FOLDER = new URL("golden/gguf/", import.meta.url);
const read = (file: string) => new Uint8Array(readFileSync(new URL(file, FOLDER)));
const expected = JSON.parse(new TextDecoder().decode(read("expected.json"))) as Record<
  string,
  { text: string; ids: number[] }[]
>;

beforeAll(() => initBackend("cpu"));

async function expectLogits(model: CausalLanguageModel, name: string): Promise<void> {
  const { tensors } = parseSafetensors(read(`${name}.safetensors`));
  const [ids, logits] = ["ids", "logits"].map((each) => tensors.get(each));
  if (ids === undefined || logits === undefined) throw new Error(`${name}.safetensors: expected ids and logits`);
  const input = tf.tensor2d(toInt32(ids), ids.shape as [number, number]);
  const output = model.forward({ ids: input });
  await expectClose(output.logits, { shape: logits.shape, data: toFloat32(logits) }, { atol: 2e-4 });
  tf.dispose([input, { ...output }] as unknown as tf.TensorContainer);
}

describe.each([
  ["llama", "LlamaForCausalLM", { Q8_0: 9, Q4_0: 7, F32: 5 }],
  ["qwen2", "Qwen2ForCausalLM", { F16: 5, Q5_0: 6, BF16: 4, F32: 11 }],
  ["qwen3", "Qwen3ForCausalLM", { Q5_1: 9, F32: 16 }],
  ["mistral", "MistralForCausalLM", { Q4_1: 16, F32: 5 }],
])("%s.gguf", (name, className, dtypes) => {
  test("has the logits of the weights as they were rounded, and is saved as a folder", () =>
    expectNoLeaks(async () => {
      const pretrained = await loadPretrained(modelFolder(fileURLToPath(new URL(`${name}.gguf`, FOLDER))));
      const model = pretrained.model as CausalLanguageModel;
      expect(pretrained.architecture).toBe(className);
      expect(pretrained.name).toMatch(new RegExp(`golden/gguf/${name}\\.gguf$`));
      expect(Object.fromEntries(pretrained.dtypes)).toEqual(dtypes);
      await expectLogits(model, name);
      const saved = await pretrainedFiles({ model });
      model.dispose();
      const again = await loadPretrained(memoryFiles("again", saved));
      await expectLogits(again.model as CausalLanguageModel, name);
      again.model.dispose();
    }));

  test("has the ids of its tokenizer", async () => {
    const { tokenizer, model } = await loadPretrained(
      ggufFiles(memoryFiles("drop", new Map([["m.gguf", read(`${name}.gguf`)]])), "m.gguf"),
    );
    for (const { text, ids } of expected[name] ?? [])
      expect(tokenizer?.encode(text).ids, JSON.stringify(text)).toEqual(ids);
    expect(tokenizer?.decode(tokenizer.encode("The dog runs.").ids)).toBe("The dog runs.");
    model.dispose();
  });
});

test.each(["gpt-2", "tekken"])("text is cut as %s", async (pre) => {
  const { tensors, metadata } = parseGguf(read("qwen3.gguf"));
  const changed = new Map(metadata)
    .set("tokenizer.ggml.pre", { type: "string", value: pre })
    .set("tokenizer.ggml.add_bos_token", { type: "bool", value: false });
  const files = memoryFiles("drop", new Map([["m.gguf", writeGguf(tensors, changed)]]));
  const { tokenizer, model } = await loadPretrained(ggufFiles(files, "m.gguf"));
  for (const { text, ids } of expected[`qwen3 ${pre}`] ?? []) expect(tokenizer?.encode(text).ids, text).toEqual(ids);
  model.dispose();
});
