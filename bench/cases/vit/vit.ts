import { join } from "node:path";
import { VitClassifier, vitConfig } from "@qkv/vit";
import type { BenchCase } from "../../harness/benchCase.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { Race } from "../../harness/race.ts";
import { transformersJsPeers } from "../../harness/transformersJsPeers.ts";
import { writeRandomFolder } from "../../weights/randomFolder.ts";
import { vitModel } from "./vitGraph.ts";

/** What a picture of 224 x 224 is called by two published sizes of ViT, from pixel values to the scores of 1,000 classes. */
export const vitCase: BenchCase = async (folder, { threads, isShort }) => {
  const sized = (size: Size) => (isShort ? { dModel: 64, numHeads: 2, numLayers: 1 } : size);
  const [small, base] = [
    { dModel: 384, numHeads: 6, numLayers: 12 },
    { dModel: 768, numHeads: 12, numLayers: 12 },
  ];
  return [
    await race("DeiT-small's size", sized(small), join(folder, "deit-small"), threads),
    await race("ViT-B/16's size", sized(base), join(folder, "vit-base"), threads),
  ];
};

interface Size {
  readonly dModel: number;
  readonly numHeads: number;
  readonly numLayers: number;
}

async function race(variant: string, size: Size, folder: string, threads: number): Promise<Race> {
  await writeFolder(folder, size);
  return {
    variant,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, { folder }),
    peers: transformersJsPeers(new URL("transformersJs.ts", import.meta.url), { folder, threads }),
  };
}

/** A model with random weights, as files for us and as the file that transformers.js opens. */
async function writeFolder(folder: string, size: Size): Promise<void> {
  const labels = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
  const config = vitConfig({ imageSize: 224, patchSize: 16, labels, ...size });
  await writeRandomFolder(folder, {
    build: (params) => new VitClassifier(params, config),
    onnx: (state) => ({ "model.onnx": vitModel(state, config) }),
  });
}
