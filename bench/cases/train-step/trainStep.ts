import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BenchCase } from "../../harness/benchCase.ts";
import type { EngineSpec } from "../../harness/engineProcess.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { pythonWith } from "../../harness/python.ts";
import { writeMarianFolder } from "../../weights/marianFolder.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { CONFIG, newBatch, type TrainStepWork } from "./work.ts";

/** A step of training: the loss of a batch, its gradients, and AdamW. */
export const trainStepCase: BenchCase = async (folder, { threads, isShort }) => {
  const work: TrainStepWork = { folder };
  await writeMarianFolder(folder, sizedConfig(CONFIG, isShort));
  await writeFile(join(folder, "batch.json"), JSON.stringify(newBatch(isShort ? 2 : 32)));
  return [
    {
      ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
      peers: [
        { label: "PyTorch CPU", engine: pytorch(folder, threads) },
        {
          label: "tfjs wasm with a gradient of gather",
          engine: { module: new URL("tfjs.ts", import.meta.url), options: work },
          rounds: 3,
        },
      ],
      milliseconds: 2000,
    },
  ];
};

function pytorch(folder: string, threads: number): EngineSpec {
  const python = pythonWith("torch");
  if ("unavailable" in python) return python;
  const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
  return { command: [python.command, script, folder, String(threads)] };
}
