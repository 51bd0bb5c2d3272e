import { checkRecord, checkString } from "@qkv/ops";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import type { CheckpointStore } from "../checkpoints/checkpoint.ts";
import { CheckpointFileError, decodeCheckpoint, encodeCheckpoint } from "../checkpoints/checkpointFile.ts";
import { replaceFile, TEMPORARY } from "./replaceFile.ts";

/** The number of checkpoints to keep, and a callback for damaged ones. */
export interface FileCheckpointsOptions {
  /** The number of checkpoints to keep, besides the one of the best validation. Default 3. */
  readonly keep?: number;
  /** Called for every checkpoint that `latest` skips, with the reason. */
  readonly onSkipped?: (file: string, reason: string) => void;
}

/**
 * Stores checkpoints in a folder, `step-00001200.safetensors` each, for one run at a time.
 *
 * A checkpoint gets its name when all of it is on the disk, so one that was there stays whole if the process is killed or
 * the disk is full. `latest` skips damaged ones, and fails if there are only such.
 *
 * @throws RangeError if `keep` is no integer from 1; its functions, CheckpointFileError
 */
export function fileCheckpoints(folder: string, options: FileCheckpointsOptions = {}): CheckpointStore {
  checkString("fileCheckpoints", "folder", folder);
  checkRecord("fileCheckpoints", "options", options);
  const { keep = 3, onSkipped } = options;
  if (!Number.isInteger(keep) || keep < 1) {
    throw new RangeError(`fileCheckpoints: expected keep to be a positive integer, got ${keep}`);
  }
  const fileOf = (step: number): string => path.join(folder, `step-${String(step).padStart(8, "0")}.safetensors`);

  const store: CheckpointStore = {
    async save(checkpoint) {
      const { step, best } = checkpoint.progress;
      const bytes = await encodeCheckpoint(checkpoint);
      await mkdir(folder, { recursive: true });
      await removeUnfinished(folder);
      await replaceFile(fileOf(step), bytes).catch((error: unknown) => {
        throw new CheckpointFileError(`cannot save ${fileOf(step)} (${bytes.length} bytes): ${reasonOf(error)}`, {
          cause: error,
        });
      });
      // Later ones, of a run that resumed from before them, are left alone.
      const earlier = (await store.steps()).filter((other) => other < step);
      const unwanted = earlier.slice(0, Math.max(0, earlier.length - (keep - 1))).filter((old) => old !== best?.step);
      await Promise.all(unwanted.map((old) => rm(fileOf(old), { force: true })));
    },

    async steps() {
      const names = await readdir(folder).catch(ifMissing([]));
      const steps = names.flatMap((name) => /^step-(\d+)\.safetensors$/.exec(name)?.[1] ?? []);
      return steps.map(Number).sort((a, b) => a - b);
    },

    async read(step) {
      try {
        return await decodeCheckpoint(await readFile(fileOf(step)));
      } catch (error) {
        const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
        const reason = isMissing ? "there is no such file" : reasonOf(error);
        throw new CheckpointFileError(`cannot read ${fileOf(step)}: ${reason}`, { cause: error });
      }
    },

    async latest() {
      const reasons: string[] = [];
      for (const step of (await store.steps()).toReversed()) {
        try {
          return await store.read(step);
        } catch (error) {
          reasons.push(reasonOf(error));
          onSkipped?.(fileOf(step), reasonOf(error));
        }
      }
      if (reasons.length === 0) return undefined;
      throw new CheckpointFileError(`expected a whole checkpoint in ${folder}, got none: ${reasons.join("; ")}`);
    },
  };
  return store;
}

/** Removes the unfinished files of a killed process. */
async function removeUnfinished(folder: string): Promise<void> {
  const names = await readdir(folder);
  const unfinished = names.filter((name) => name.startsWith("step-") && name.endsWith(TEMPORARY));
  await Promise.all(unfinished.map((name) => rm(path.join(folder, name), { force: true })));
}

function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === "ENOENT") return value;
    throw error;
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
