import { join } from "node:path";
import { loadCheckpoint } from "@qkv/nn";
import { Block } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { StartEngine } from "../../harness/engine.ts";
import type { BackendChoice } from "../../harness/ours.ts";
import { startBackend } from "../../backends/startBackend.ts";
import { kernelProfile } from "../../backends/kernelProfile.ts";
import { readWeights } from "../../weights/weightFile.ts";
import { type EncoderSize, inputOf, blockSpec } from "./size.ts";

export const start: StartEngine<EncoderSize & BackendChoice> = async (options) => {
  await startBackend(options);
  const state = await readWeights(join(options.folder, "weights.safetensors"));
  const names = Object.fromEntries(
    [...state.keys()].map((name) => [name.replace(/\.\d+\./, ".*."), name.replace(/\.\d+\./, ".*.")]),
  );
  const layers = loadCheckpoint(state, names, (params) =>
    Array.from({ length: options.layers }, (_, i) => new Block(params.at("layers", i), blockSpec(options))),
  );
  const x = tf.tensor3d(inputOf(options), [1, options.length, options.dModel]);

  const run = async () => {
    const y = tf.tidy(() => layers.reduce((h, layer) => layer.forward(h), x));
    const data = await y.data();
    y.dispose();
    return data;
  };
  return { run, result: async () => [...(await run())], profile: () => kernelProfile(run) };
};
