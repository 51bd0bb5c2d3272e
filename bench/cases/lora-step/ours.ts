import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadAdapter, loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { AdamW, lossAndGradients } from "@qkv/training";
import { llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { trainingStep } from "../train-step/trainingStep.ts";
import { LEARNING_RATE, type LoraBatch, type LoraStepWork } from "./work.ts";

export const start: StartEngine<LoraStepWork & BackendChoice> = async (options) => {
  await startBackend(options);
  const families = [llama];
  const { model } = await loadPretrained(modelFolder(options.folder), { families });
  const adapter = await loadAdapter(model, modelFolder(join(options.folder, "adapter")), { families });
  adapter.attach();
  const batch = JSON.parse(await readFile(join(options.folder, "batch.json"), "utf8")) as LoraBatch;
  const shape: [number, number] = [batch.texts, batch.length];
  const ids = tf.tensor2d([...batch.ids], shape, "int32");
  const next = batch.ids.map((_, i) => ((i + 1) % batch.length === 0 ? -100 : (batch.ids[i + 1] ?? -100)));
  const inputs = { ids, labels: tf.tensor2d(next, shape, "int32") };

  const optimizer = new AdamW(adapter.named(), { learningRate: LEARNING_RATE });
  const gradientsOf = () => lossAndGradients(adapter.named(), () => model.loss(inputs));
  const { run, result } = trainingStep(gradientsOf, optimizer);
  return { run, result, tokens: batch.ids.length, profile: () => kernelProfile(run) };
};
