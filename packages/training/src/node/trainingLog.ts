import { checkRecord, checkString } from "@qkv/ops";
import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import path from "node:path";
import type { TrainingEvent } from "../loop/events.ts";
import { readable } from "./files/readable.ts";

/** The step of a resumed run. */
export interface TrainingLogOptions {
  /** Lines of later steps are cut off, since the run will write them again. Default 0: a new log. */
  readonly resumedStep?: number;
}

/** A log of a run's events in a file, one line of JSON each, with the time. */
export interface TrainingLog {
  /** Appends a line, synchronously. */
  write(event: TrainingEvent): void;
  /** Closes the file. */
  close(): void;
}

/** Opens a log that holds each step once, however often the run was killed and resumed. */
export function trainingLog(file: string, options: TrainingLogOptions = {}): TrainingLog {
  checkString("trainingLog", "file", file);
  checkRecord("trainingLog", "options", options);
  const { resumedStep = 0 } = options;
  mkdirSync(path.dirname(file), { recursive: true });
  const handle = openSync(file, "a+");
  ftruncateSync(handle, keptBytes(readFileSync(handle), resumedStep));
  return {
    write: (event) => writeLine(handle, file, JSON.stringify({ time: new Date().toISOString(), ...event })),
    close: () => closeSync(handle),
  };
}

/** Appends all of a line: a disk that is nearly full takes a part of it, and reports an error for the rest only. */
function writeLine(handle: number, file: string, line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(handle, bytes, written);
  } catch (error) {
    const reason = readable(error);
    throw new Error(`cannot write ${file}: ${reason instanceof Error ? reason.message : String(reason)}`, {
      cause: error,
    });
  }
}

/** The length of the part before the first line that is of a later step, or that a kill has cut off. */
function keptBytes(bytes: Buffer, resumedStep: number): number {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf("\n", start);
    if (end < 0 || !(stepOf(bytes.toString("utf8", start, end)) <= resumedStep)) return start;
    start = end + 1;
  }
}

/** The step of a line, NaN if it is not a line of a log. */
function stepOf(line: string): number {
  try {
    return Number((JSON.parse(line) as { step?: unknown } | null)?.step);
  } catch {
    return NaN;
  }
}
