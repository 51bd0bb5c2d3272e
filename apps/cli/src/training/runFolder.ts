import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type FolderLock, FolderLockedError, lockFolder, replaceFile } from "@qkv/training/node";
import { UsageError } from "../usageError.ts";

/** A new run's config and folder, or those of the run to go on with. */
export interface RunFolder<Config> {
  readonly config: Config;
  readonly folder: string;
  /** Whether the folder holds a run to go on with. */
  readonly resumed: boolean;
  /** The folder for TensorBoard's files, if any are to be written. */
  readonly tensorBoard?: string;
}

/** What the command line says about a run. */
export interface RunChoice {
  /** A new run's config and folder; or the folder of one to go on with. */
  readonly config?: string;
  readonly out?: string;
  readonly resume?: string;
  /** Whether to write curves for TensorBoard. A run that has written some goes on with them without being told. */
  readonly tensorboard?: boolean;
}

/** Reads and checks what a run is made of, and writes nothing yet. @throws UsageError */
export async function readRun<Config>(
  { config, out, resume, tensorboard = false }: RunChoice,
  readConfig: (file: string) => Promise<Config>,
): Promise<RunFolder<Config>> {
  if (resume !== undefined) {
    if (config !== undefined || out !== undefined) {
      throw new UsageError("--resume: expected no --config and no --out beside it, the run's folder has both");
    }
    const tensorBoard = path.join(resume, TENSOR_BOARD);
    return {
      config: await readConfig(path.join(resume, CONFIG)),
      folder: resume,
      resumed: true,
      ...((tensorboard || existsSync(tensorBoard)) && { tensorBoard }),
    };
  }
  if (config === undefined || out === undefined) {
    throw new UsageError("expected --config FILE and --out DIR for a new run, or --resume DIR to go on with one");
  }
  refuseRun(out);
  return {
    config: await readConfig(config),
    folder: out,
    resumed: false,
    ...(tensorboard && { tensorBoard: path.join(out, TENSOR_BOARD) }),
  };
}

const CONFIG = "config.json";
const TENSOR_BOARD = "tensorboard";

/**
 * Does the work of a run in its folder, which is made if it is not there yet, with the config in it, and locked against
 * other runs meanwhile.
 *
 * @throws FolderLockedError if another run is at work in it, UsageError if it cannot be written
 */
export async function inRunFolder<Config>(run: RunFolder<Config>, work: () => Promise<void>): Promise<void> {
  const lock = await openRunFolder(run);
  try {
    if (!run.resumed) refuseRun(run.folder); // one that began meanwhile
    // Its folder says that a run has curves: it is there before the run is.
    if (run.tensorBoard !== undefined) await mkdir(run.tensorBoard, { recursive: true });
    if (!run.resumed) await writeJson(path.join(run.folder, CONFIG), run.config);
    await work();
  } finally {
    await lock.release();
  }
}

async function openRunFolder({ folder, resumed }: RunFolder<unknown>): Promise<FolderLock> {
  try {
    await mkdir(folder, { recursive: true });
    return await lockFolder(folder);
  } catch (error) {
    if (error instanceof FolderLockedError) throw error;
    const option = resumed ? "--resume" : "--out";
    throw new UsageError(
      `${option}: expected a folder that can be written, got ${folder} (${(error as Error).message})`,
    );
  }
}

function refuseRun(folder: string): void {
  if (!existsSync(path.join(folder, CONFIG))) return;
  throw new UsageError(`--out: expected a new folder, got ${folder}, which holds a run (go on with it by --resume)`);
}

/** Writes a JSON file whole or not at all. */
export function writeJson(file: string, json: unknown): Promise<void> {
  return replaceFile(file, new TextEncoder().encode(`${JSON.stringify(json, null, 2)}\n`));
}
