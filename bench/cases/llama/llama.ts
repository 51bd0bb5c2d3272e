import { fileURLToPath } from "node:url";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { initBackend } from "@qkv/backend";
import { savePretrained } from "@qkv/pretrained/node";
import { llama } from "@qkv/transformer";
import type { BenchCase } from "../../harness/benchCase.ts";
import type { EngineSpec } from "../../harness/engineProcess.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import { pythonWith } from "../../harness/python.ts";
import type { Race } from "../../harness/race.ts";
import { randomParams } from "../../weights/randomParams.ts";
import { idsFrom, type LlamaWork, MADE, PROMPT, SMOLLM2_135M } from "./work.ts";

/** A decoder-only model of SmolLM2-135M's size: reading a prompt, and making tokens after it. */
export const llamaCase: BenchCase = async (folder, { threads }) => {
  await initBackend("cpu");
  const model = llama.build(randomParams(), llama.parseConfig(SMOLLM2_135M));
  try {
    await savePretrained(folder, { model });
  } finally {
    model.dispose();
  }
  await writeFile(
    join(folder, "ids.json"),
    JSON.stringify({ prompt: idsFrom(0, PROMPT), made: idsFrom(PROMPT, MADE) }),
  );
  return [
    race(`reading ${PROMPT} tokens`, { folder, task: "prefill" }, threads),
    race(`${MADE} tokens after ${PROMPT}`, { folder, task: "decode" }, threads),
  ];
};

function race(variant: string, work: LlamaWork, threads: number): Race {
  return {
    variant,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
    peers: [{ label: "PyTorch CPU", engine: pytorch(work, threads) }],
    milliseconds: 2000,
  };
}

function pytorch({ folder, task }: LlamaWork, threads: number): EngineSpec {
  const python = pythonWith("torch");
  if ("unavailable" in python) return python;
  const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
  return { command: [python.command, script, folder, task, String(threads)] };
}
