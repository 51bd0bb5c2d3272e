import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { vit, VitClassifier } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { startBackend } from "../../backends/startBackend.ts";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { pixelValues } from "./pixels.ts";

export const start: StartEngine<{ folder: string } & BackendChoice> = async (options) => {
  await startBackend(options);
  const { model } = await loadPretrained(modelFolder(options.folder), { families: [vit] });
  if (!(model instanceof VitClassifier)) throw new Error(`expected a VitClassifier, got ${model.constructor.name}`);
  const pixels = tf.tensor4d(pixelValues(), [1, 3, 224, 224]);

  const run = async () => {
    const { logits } = model.forward(pixels);
    const data = await logits.data();
    logits.dispose();
    return data;
  };
  return { run, result: async () => [...(await run())], profile: () => kernelProfile(run) };
};
