// Quantized checkpoints of other tools: logits of transformers with the numbers that the tools say, and what is held packed.
import { initBackend } from "@qkv/backend";
import { loadPretrained, memoryFiles, pretrainedFiles } from "@qkv/pretrained";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import type { CausalLanguageModel } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { QUANTIZED, type QuantizedGolden, quantizedFolder } from "./goldenQuantized.ts";

/** Logits of the last position. */
async function logitsOf(model: CausalLanguageModel, { ids }: QuantizedGolden): Promise<tf.Tensor> {
  const input = tf.tensor2d(ids, undefined, "int32");
  const output = model.forward({ ids: input });
  const last = tf.tidy(() => {
    const [batch = 0, length = 0, vocabulary = 0] = output.logits.shape;
    return tf.reshape(tf.slice(output.logits, [0, length - 1, 0], [batch, 1, vocabulary]), [batch, vocabulary]);
  });
  tf.dispose([input, { ...output }] as unknown as tf.TensorContainer);
  return last;
}

async function expectLogits(model: CausalLanguageModel, golden: QuantizedGolden, atol: number): Promise<void> {
  const logits = await logitsOf(model, golden);
  const [rows, columns] = [golden.logits.length, golden.logits[0]?.length ?? 0];
  await expectClose(logits, { shape: [rows, columns], data: Float32Array.from(golden.logits.flat()) }, { atol });
  logits.dispose();
}

/** How many weights are held in each format: `4 bits in 32s with offsets`. */
function formatsOf(model: CausalLanguageModel): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { format } of model.params.weights().values()) {
    const name =
      typeof format === "string"
        ? format
        : `${format.bits} bits in ${format.groupSize}s${format.hasOffsets ? " with offsets" : ""}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

describe.each<[name: string, className: string, held: Readonly<Record<string, number>>]>([
  ["mlx", "LlamaForCausalLM", { "4 bits in 32s with offsets": 5, "8 bits in 32s with offsets": 3, f32: 4 }],
  ["mlx-tied", "Qwen2ForCausalLM", { "8 bits in 32s with offsets": 8, f32: 6 }],
  ["awq", "LlamaForCausalLM", { "4 bits in 32s with offsets": 7, f32: 5 }],
  ["gptq", "LlamaForCausalLM", { "4 bits in 32s": 4, "4 bits in 16s": 1, "8 bits in 32s": 1, f32: 6 }],
  // Groups of columns that are no neighbours, and groups of 40, are no kernel's.
  ["gptq-ordered", "Qwen2ForCausalLM", { "8 bits in 32s with offsets": 2, f32: 13 }],
  [
    "compressed-packed",
    "LlamaForCausalLM",
    { "4 bits in 32s": 4, "4 bits in 32s with offsets": 2, "8 bits in 32s with offsets": 1, f32: 5 },
  ],
  ["compressed-int", "Qwen2ForCausalLM", { "8 bits in 32s": 4, "8 bits in 32s with offsets": 3, f32: 8 }],
  ["compressed-float", "LlamaForCausalLM", { f32: 12 }],
  ["fp8", "Qwen2ForCausalLM", { f32: 15 }],
  ["bitsandbytes-nf4", "LlamaForCausalLM", { f32: 12 }],
  ["bitsandbytes-fp4", "LlamaForCausalLM", { f32: 12 }],
  ["bitsandbytes-int8", "LlamaForCausalLM", { "8 bits in 32s": 7, f32: 5 }],
])("%s", (name, className, held) => {
  const golden = QUANTIZED[name] as QuantizedGolden;

  test("has the logits of the numbers that its tool says, and is saved as a folder without codes", async () => {
    await initBackend("cpu");
    await expectNoLeaks(async () => {
      const pretrained = await loadPretrained(memoryFiles(name, quantizedFolder(name)));
      const model = pretrained.model as CausalLanguageModel;
      expect(pretrained.architecture).toBe(className);
      expect(formatsOf(model)).toEqual({ f32: model.params.weights().size });
      await expectLogits(model, golden, 1e-4);
      const saved = await pretrainedFiles({ model });
      model.dispose();
      const again = (await loadPretrained(memoryFiles("again", saved))).model as CausalLanguageModel;
      await expectLogits(again, golden, 1e-4);
      again.dispose();
    });
  });

  test("is held packed on wasm", async () => {
    await initBackend("wasm");
    await expectNoLeaks(async () => {
      using model = (await loadPretrained(memoryFiles(name, quantizedFolder(name)))).model as CausalLanguageModel;
      expect(formatsOf(model)).toEqual(held);
      // Ten rows: more than those whose x is rounded to codes too.
      await expectLogits(model, golden, 1e-4);
    });
  });
});

test("becomes floats on wasm too where that is asked for, to train", async () => {
  await initBackend("wasm");
  await expectNoLeaks(async () => {
    const files = memoryFiles("mlx", quantizedFolder("mlx"));
    using model = (await loadPretrained(files, { dtype: "float32" })).model as CausalLanguageModel;
    expect(formatsOf(model)).toEqual({ f32: 12 });
    await expectLogits(model, QUANTIZED["mlx"] as QuantizedGolden, 1e-4);
  });
});
