import { join } from "node:path";
import { VitClassifier, vitConfig } from "@qkv/vit";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { Race } from "../../harness/race.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeRandomFolder } from "../../weights/randomFolder.ts";
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
  return {
    variant,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, { folder }),
    peers: transformersJsPeers(new URL("transformersJs.ts", import.meta.url), { folder, threads }),
  };
}

/** A model with random weights, as files for us and as the file that transformers.js opens. */
async function writeFolder(
  folder: string,
  size: { readonly dModel: number; readonly numHeads: number },
): Promise<void> {
  const labels = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
  const config = vitConfig({ imageSize: 224, patchSize: 16, numLayers: 12, labels, ...size });
  await writeRandomFolder(folder, {
    build: (params) => new VitClassifier(params, config),
    onnx: (state) => ({ "model.onnx": vitModel(state, config) }),
  });
}
