import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TrainingEvent } from "../loop/events.ts";
import { trainingLog } from "./trainingLog.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "qkv-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a resumed run says each step once, whatever was said after its checkpoint", () => {
  const file = path.join(folder, "run", "log.jsonl");
  write(file, 0, [1, 2, 3, 4, 5]);
  appendFileSync(file, '{"time":"now","type":"step","step":6,"lo'); // killed while it wrote
  write(file, 3, [4, 5, 6]);
  expect(stepsOf(file)).toEqual([1, 2, 3, 4, 5, 6]);
  write(file, 6, [7]);
  expect(stepsOf(file)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("a new run starts a new log", () => {
  const file = path.join(folder, "log.jsonl");
  write(file, 0, [1, 2]);
  write(file, 0, [1]);
  expect(stepsOf(file)).toEqual([1]);
});

function write(file: string, resumedStep: number, steps: readonly number[]): void {
  const log = trainingLog(file, { resumedStep });
  for (const step of steps) log.write({ type: "checkpoint", step } satisfies TrainingEvent);
  log.close();
}

function stepsOf(file: string): number[] {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { step: number }).step);
}
