import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { initBackend } from "@qkv/backend";
import { createAdapter } from "@qkv/pretrained";
import { saveAdapter, savePretrained } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { BenchCase } from "../../harness/benchCase.ts";
import type { EngineSpec } from "../../harness/engineProcess.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { pythonWith } from "../../harness/python.ts";
import { randomParams, uniform } from "../../weights/randomParams.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { SMOLLM2_135M } from "../llama/sizes.ts";
import { type LoraStepWork, newLoraBatch } from "./work.ts";

/** A step of fine-tuning with LoRA: the loss of a batch, the gradients of an adapter alone, and AdamW. */
export const loraStepCase: BenchCase = async (folder, { threads, isShort }) => {
  const config = sizedConfig(SMOLLM2_135M, isShort);
  await writeAdaptedModel(folder, config);
  await writeFile(join(folder, "batch.json"), JSON.stringify(newLoraBatch(config.vocab_size, isShort ? 1 : 4)));
  const work: LoraStepWork = { folder };
  return [
    {
      ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
      peers: [{ label: "PEFT on PyTorch CPU", engine: peft(folder, threads) }],
      milliseconds: 4000,
      memory: true,
    },
  ];
};

/** Writes a random model and an adapter of it of rank 8, whose second factors are not zero either, so that both have gradients. */
async function writeAdaptedModel(folder: string, config: typeof SMOLLM2_135M): Promise<void> {
  await initBackend("wasm", { threads: 1 });
  const model = llama.build(randomParams(), llama.parseConfig(config));
  await savePretrained(folder, { model });
  const adapter = await createAdapter(model, {
    ...{ rank: 8, alpha: 16, targetModules: ["q_proj", "v_proj"], families: [llama] },
  });
  const next = uniform(2);
  for (const variable of adapter.named().values()) {
    const values = Float32Array.from({ length: variable.size }, () => 0.04 * (2 * next() - 1));
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  await saveAdapter(join(folder, "adapter"), { model, adapter, families: [llama] });
  model.dispose();
}

function peft(folder: string, threads: number): EngineSpec {
  const python = pythonWith("peft");
  if ("unavailable" in python) return python;
  const script = fileURLToPath(new URL("peft_step.py", import.meta.url));
  return { command: [python.command, script, folder, String(threads)] };
}
