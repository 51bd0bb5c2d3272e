import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import type { Params, StateDict } from "@qkv/nn";
import type { SavePretrainedOptions } from "@qkv/pretrained";
import { savePretrained } from "@qkv/pretrained/node";
import type { FamilyModel } from "@qkv/transformer";
import { randomParams } from "./randomParams.ts";
import { readWeights } from "./weightFile.ts";

/** What a folder has beside a random model. */
export interface RandomFolder extends Omit<SavePretrainedOptions, "model"> {
  build(params: Params): FamilyModel;
  /** The factor of a parameter's values, by its path. Default 1. */
  gain?(path: string): number;
  /** The files in onnx/ for transformers.js, of the weights by the names that they have in the folder. */
  onnx(state: StateDict): Readonly<Record<string, Uint8Array>>;
}

/** Writes the folder of a model with random weights, for us and, in onnx/, for transformers.js. */
export async function writeRandomFolder(folder: string, { build, gain, onnx, ...others }: RandomFolder): Promise<void> {
  await initBackend("cpu");
  const model = build(randomParams(gain));
  try {
    await savePretrained(folder, { model, ...others });
  } finally {
    model.dispose();
  }
  await mkdir(join(folder, "onnx"));
  const state = await readWeights(join(folder, "model.safetensors"));
  for (const [name, bytes] of Object.entries(onnx(state))) await writeFile(join(folder, "onnx", name), bytes);
}
