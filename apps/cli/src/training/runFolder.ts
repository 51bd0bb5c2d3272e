import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { replaceFile } from "@qkv/training/node";
import { UsageError } from "../usageError.ts";

/** A new run's config and folder, or those of the run to go on with. */
export interface RunFolder<Config> {
  readonly config: Config;
  readonly folder: string;
}

/** What the command line says about a run. */
export interface RunChoice {
  /** A new run's config and folder; or the folder of one to go on with. */
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
}

/** Reads and checks what a run is made of, and writes nothing yet. @throws UsageError */
export async function readRun<Config>(
  { config, out, resume }: RunChoice,
  readConfig: (file: string) => Promise<Config>,
): Promise<RunFolder<Config>> {
  if (resume !== undefined) {
    if (config !== undefined || out !== undefined) {
      throw new UsageError("--resume: expected no --config and no --out beside it, the run's folder has both");
    }
    return { config: await readConfig(path.join(resume, "config.json")), folder: resume };
  }
  if (config === undefined || out === undefined) {
    throw new UsageError("expected --config FILE and --out DIR for a new run, or --resume DIR to go on with one");
  }
  if (existsSync(path.join(out, "config.json"))) {
    throw new UsageError(`--out: expected a new folder, got ${out}, which holds a run (go on with it by --resume)`);
  }
  return { config: await readConfig(config), folder: out };
}

/** Makes the run's folder, if it is not there yet, with the config in it. */
export async function makeRunFolder<Config>({ config, folder }: RunFolder<Config>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, "config.json");
  if (!existsSync(file)) await writeJson(file, config);
}

/** Writes a JSON file whole or not at all. */
export function writeJson(file: string, json: unknown): Promise<void> {
  return replaceFile(file, new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`));
}
