import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { savePretrained } from "@qkv/pretrained/node";
import { VitClassifier, vitConfig } from "@qkv/vit";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { Race } from "../../harness/race.ts";
import { randomParams } from "../../weights/randomParams.ts";
import { readWeights } from "../../weights/weightFile.ts";
import { vitModel } from "./vitGraph.ts";

/** What a picture of 224 x 224 is called by two published sizes of ViT, from pixel values to the scores of 1,000 classes. */
export const vitCase: BenchCase = async (folder, { threads }) => [
  await race("DeiT-small's size", { dModel: 384, numHeads: 6 }, join(folder, "deit-small"), threads),
  await race("ViT-B/16's size", { dModel: 768, numHeads: 12 }, join(folder, "vit-base"), threads),
];

async function race(
  variant: string,
  size: { readonly dModel: number; readonly numHeads: number },
  folder: string,
  threads: number,
): Promise<Race> {
  await writeFolder(folder, size);
  const peer = (runtime: string) => ({
    label: `transformers.js on ${runtime}`,
    engine: { module: new URL("transformersJs.ts", import.meta.url), options: { folder, threads, package: runtime } },
  });
  return {
    variant,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, { folder }),
    peers: [peer("onnxruntime-web"), peer("onnxruntime-node")],
  };
}

/** A model with random weights, as files for us and as the file that transformers.js opens. */
async function writeFolder(
  folder: string,
  size: { readonly dModel: number; readonly numHeads: number },
): Promise<void> {
  await initBackend("cpu");
  const labels = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
  const config = vitConfig({ imageSize: 224, patchSize: 16, numLayers: 12, labels, ...size });
  const model = new VitClassifier(randomParams(), config);
  try {
    await savePretrained(folder, { model });
  } finally {
    model.dispose();
  }
  await mkdir(join(folder, "onnx"));
  const state = await readWeights(join(folder, "model.safetensors"));
  await writeFile(join(folder, "onnx/model.onnx"), vitModel(state, config));
}
