import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RandomStream } from "@qkv/nn";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { AdamW, lossAndGradients } from "@qkv/training";
import { marian } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { trainingStep } from "./trainingStep.ts";
import { type Batch, LABEL_SMOOTHING, LEARNING_RATE, type TrainStepWork } from "./work.ts";

export const start: StartEngine<TrainStepWork & BackendChoice> = async (options) => {
  await startBackend(options);
  const { model } = await loadPretrained(modelFolder(options.folder), { families: [marian] });
  const batch = JSON.parse(await readFile(join(options.folder, "batch.json"), "utf8")) as Batch;
  const rows = (ids: readonly number[]) => tf.tensor2d([...ids], [batch.sentences, batch.length], "int32");
  const inputs = { ids: rows(batch.source), decoderIds: rows(batch.target), labels: rows(batch.labels) };

  const params = new Map([...model.params.named()].filter(([, variable]) => variable.trainable));
  const optimizer = new AdamW(params, { learningRate: LEARNING_RATE });
  const gradientsOf = (random?: RandomStream) =>
    lossAndGradients(params, () => model.loss(inputs, { labelSmoothing: LABEL_SMOOTHING, random }));

  const { run, result } = trainingStep(gradientsOf, optimizer, (step) => new RandomStream(1).fork(step));
  return { run, result, tokens: batch.labels.length, profile: () => kernelProfile(run) };
};
