import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Tokenizer } from "@qkv/tokenizers";
import { replaceFile } from "@qkv/training/node";
import { progressBar } from "../progressBar.ts";
import { UsageError } from "../usageError.ts";
import type { SentencePair } from "./pairs.ts";
import { readTrainingConfig, type TranslationTrainingConfig } from "./trainingConfig.ts";
import { trainVocabulary } from "./vocabulary.ts";

/** A new run's config and folder, or those of the run to go on with. */
export interface RunFolder {
  readonly config: TranslationTrainingConfig;
  readonly folder: string;
}

/** Reads and checks what a run is made of, and writes nothing yet. @throws UsageError */
export async function readRun({
  config,
  out,
  resume,
}: {
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
}): Promise<RunFolder> {
  if (resume !== undefined) {
    if (config !== undefined || out !== undefined) {
      throw new UsageError("--resume: expected no --config and no --out beside it, the run's folder has both");
    }
    return { config: await readTrainingConfig(path.join(resume, "config.json")), folder: resume };
  }
  if (config === undefined || out === undefined) {
    throw new UsageError("expected --config FILE and --out DIR for a new run, or --resume DIR to go on with one");
  }
  if (existsSync(path.join(out, "config.json"))) {
    throw new UsageError(`--out: expected a new folder, got ${out}, which holds a run (go on with it by --resume)`);
  }
  return { config: await readTrainingConfig(config), folder: out };
}

/** Makes the run's folder, if it is not there yet, with the config in it. */
export async function makeRunFolder({ config, folder }: RunFolder): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "config.json");
  if (!existsSync(file)) await replaceFile(file, encode(config));
}

/** The run's tokenizer: read back, or trained on the training pairs and written beside the config. */
export async function runTokenizer({ config, folder }: RunFolder, pairs: readonly SentencePair[]): Promise<Tokenizer> {
  const file = path.join(folder, "tokenizer.json");
  if (existsSync(file)) return Tokenizer.fromJSON(await readFile(file, "utf8"));
  const bar = progressBar("vocabulary", config.tokenizer.vocabSize);
  const tokenizer = await trainVocabulary(pairs, config.tokenizer, (done) => bar.update(done));
  bar.stop();
  await replaceFile(file, encode(tokenizer.toJSON()));
  return tokenizer;
}

function encode(json: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`);
}
