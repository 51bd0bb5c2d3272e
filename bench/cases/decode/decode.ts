import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPretrained } from "@qkv/pretrained";
import { modelFolder } from "@qkv/pretrained/node";
import { initBackend } from "@qkv/backend";
import type { BenchCase } from "../../harness/benchCase.ts";
import type { EngineSpec } from "../../harness/engineProcess.ts";
import { oursOnEachBackend } from "../../harness/ours.ts";
import type { Race } from "../../harness/race.ts";
import { writeMarianFolder } from "../../weights/marianFolder.ts";
import { sizedConfig } from "../../weights/sizedConfig.ts";
import { writeOnnxFiles } from "./onnxFiles.ts";
import { OPUS_MT } from "./opusMt.ts";
import type { DecodeWork, Sources } from "./work.ts";

const SHIPPED = fileURLToPath(new URL("../../../models/en-fr", import.meta.url));

const SENTENCES = [
  "Where is the train station?",
  "I would like two tickets to Paris, please.",
  "She has been living in this city for more than ten years.",
  "The weather is going to be beautiful tomorrow.",
  "He forgot to close the window before he left the house.",
  "If you need any help, do not hesitate to call me.",
  "My brother bought a new car last week, but it does not work very well.",
  "They were talking about politics all night long.",
];

/** Text from ids with a key-value cache, one sentence at a time: the shipped model, and one of OPUS-MT's size. */
export const decodeCase: BenchCase = async (folder, { threads, isShort }) => {
  await initBackend("cpu");
  const shipped = join(folder, "en-fr");
  await cp(SHIPPED, shipped, { recursive: true });
  await writePeerFiles(shipped, {
    ids: await tokenIds(isShort ? 1 : SENTENCES.length),
    maxNewTokens: isShort ? 4 : 64,
  });

  const large = join(folder, "opus-mt");
  await writeMarianFolder(large, sizedConfig(OPUS_MT, isShort));
  const ids = Array.from({ length: 16 }, (_, i) => 1 + ((i * 7919) % (OPUS_MT.vocab_size - 2)));
  await writePeerFiles(large, { ids: [[...ids, OPUS_MT.eos_token_id]], maxNewTokens: isShort ? 4 : 32 });

  return [
    race("en-fr", { folder: shipped, family: "marian", beams: 1 }, threads),
    race("en-fr", { folder: shipped, family: "marian", beams: 4 }, threads),
    race("OPUS-MT's size", { folder: large, family: "marian", beams: 1 }, threads),
    race("OPUS-MT's size", { folder: large, family: "marian", beams: 4 }, threads),
  ];
};

function race(model: string, work: DecodeWork, threads: number): Race {
  const peer = (runtime: string) => ({
    label: `transformers.js on ${runtime}`,
    engine: peerEngine({ ...work, threads, package: runtime }),
  });
  return {
    variant: `${model}, ${work.beams === 1 ? "greedy" : `${work.beams} beams`}`,
    ours: oursOnEachBackend(new URL("ours.ts", import.meta.url), threads, work),
    peers: [peer("onnxruntime-web"), peer("onnxruntime-node")],
    tolerance: 0, // the same ids
    milliseconds: 1500,
  };
}

function peerEngine(options: DecodeWork & { threads: number; package: string }): EngineSpec {
  if (options.beams > 1) return { unavailable: "it has no beam search: one sequence goes on, whatever num_beams says" };
  return { module: new URL("transformersJs.ts", import.meta.url), options };
}

async function tokenIds(count: number): Promise<number[][]> {
  const { model, tokenizer } = await loadPretrained(modelFolder(SHIPPED));
  model.dispose();
  return SENTENCES.slice(0, count).map((text) => [...(tokenizer?.encode(text).ids ?? [])]);
}

async function writePeerFiles(folder: string, sources: Sources): Promise<void> {
  await writeFile(join(folder, "sources.json"), JSON.stringify(sources));
  await writeOnnxFiles(folder);
}
