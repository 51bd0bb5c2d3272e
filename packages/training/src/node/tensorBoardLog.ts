import { checkString } from "@qkv/ops";
import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import type { TrainingEvent } from "../loop/events.ts";
import { scalarRecord, versionRecord } from "../tensorBoard/eventRecord.ts";

/** A run's curves for TensorBoard. */
export interface TensorBoardLog {
  /** The file that it writes. */
  readonly file: string;
  /** Appends an event, synchronously; checkpoints have no curve. For `onEvent`. */
  write(event: TrainingEvent): void;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens a TensorBoard event file in a folder, for `tensorboard --logdir FOLDER`: loss, learning rate, gradient norm and speed
 * (and gradient noise, of updates of more than one batch) of each step as `train/...`, each metric of a validation as `validation/...`. The first event makes folder and file. A
 * resumed run writes another file, and TensorBoard shows the steps of both in one curve.
 */
export function tensorBoardLog(folder: string): TensorBoardLog {
  checkString("tensorBoardLog", "folder", folder);
  const now = () => Date.now() / 1000;
  const started = Math.floor(now());
  const file = path.join(folder, `events.out.tfevents.${started}.${hostname()}.${process.pid}.${opened++}`);
  let handle: number | undefined;
  const append = (bytes: Uint8Array) => {
    if (handle === undefined) {
      mkdirSync(folder, { recursive: true });
      handle = openSync(file, "wx");
      append(versionRecord(now()));
    }
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
  };
  return {
    file,
    write: (event) => {
      const scalars = scalarsOf(event);
      if (scalars !== undefined) append(scalarRecord({ wallTime: now(), step: event.step, scalars }));
    },
    close: () => {
      if (handle !== undefined) closeSync(handle);
      handle = undefined;
    },
  };
}

/** Number of files that this process has opened: two of one second have names of their own. */
let opened = 0;

function scalarsOf(event: TrainingEvent): Readonly<Record<string, number>> | undefined {
  switch (event.type) {
    case "step": {
      const { loss, learningRate, gradNorm, gradNoise, tokensPerSecond } = event;
      return {
        "train/loss": loss,
        "train/learningRate": learningRate,
        "train/gradNorm": gradNorm,
        "train/tokensPerSecond": tokensPerSecond,
        ...(gradNoise && { "train/gradSquare": gradNoise.square, "train/gradVariance": gradNoise.variance }),
      };
    }
    case "validation":
      return Object.fromEntries(Object.entries(event.metrics).map(([name, value]) => [`validation/${name}`, value]));
    case "checkpoint":
      return undefined;
  }
}
