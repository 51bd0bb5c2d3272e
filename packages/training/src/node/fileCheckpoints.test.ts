import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { averageCheckpoints } from "../checkpoints/averageCheckpoints.ts";
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { fileCheckpoints } from "./fileCheckpoints.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-checkpoints-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("gives back what was saved, to the bit", async () => {
  const store = fileCheckpoints(path.join(folder, "new", "folder"));
  expect(await store.latest()).toBeUndefined();
  await store.save(checkpoint(7));
  expect(await store.latest()).toEqual(checkpoint(7));
  expect(await readdir(path.join(folder, "new", "folder"))).toEqual(["step-00000007.safetensors"]);
});

test("keeps the last ones and the best", async () => {
  const store = fileCheckpoints(folder, { keep: 2 });
  for (const step of [2, 4, 6, 8, 10]) await store.save(checkpoint(step, { best: { step: 4, value: 1 } }));
  expect(await store.steps()).toEqual([4, 8, 10]);
  await store.save(checkpoint(8, { best: { step: 8, value: 2 } })); // a run that went on from before
  expect(await store.steps()).toEqual([4, 8, 10]);
});

test("a save replaces the checkpoint of the same step, and clears what a killed one left", async () => {
  const store = fileCheckpoints(folder);
  await store.save(checkpoint(3));
  await writeFile(path.join(folder, "step-00000004.safetensors.tmp"), "half");
  await writeFile(path.join(folder, "note.tmp"), "not ours");
  await store.save(checkpoint(3, { tokens: 99 }));
  expect((await store.latest())?.progress.tokens).toBe(99);
  expect((await readdir(folder)).toSorted()).toEqual(["note.tmp", "step-00000003.safetensors"]);
});

test("passes over a damaged checkpoint and says why, whatever byte is wrong", async () => {
  const skipped: string[] = [];
  const store = fileCheckpoints(folder, {
    onSkipped: (file, reason) => void skipped.push(`${path.basename(file)}: ${reason}`),
  });
  await store.save(checkpoint(1));
  await store.save(checkpoint(2));
  const file = path.join(folder, "step-00000002.safetensors");
  const bytes = await readFile(file);
  for (let at = 0; at < bytes.length; at += 7) {
    const damaged = Uint8Array.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    await writeFile(file, damaged);
    expect((await store.latest())?.progress.step).toBe(1);
  }
  for (const length of [0, 5, 100, bytes.length - 1]) {
    await writeFile(file, bytes);
    await truncate(file, length);
    expect((await store.latest())?.progress.step).toBe(1);
  }
  expect(skipped.at(-1)).toMatch(/^step-00000002.safetensors: cannot read .*expected a file of \d+ bytes, got \d+/);
  expect(skipped.some((line) => line.includes("expected SHA-256"))).toBe(true);
});

test("fails rather than start over where every checkpoint is damaged", async () => {
  await writeFile(path.join(folder, "step-00000002.safetensors"), "");
  await expect(fileCheckpoints(folder).latest()).rejects.toThrow(
    /expected a whole checkpoint in .*, got none: cannot read/,
  );
  await expect(fileCheckpoints(folder).read(5)).rejects.toThrow(
    /cannot read .*step-00000005.safetensors: there is no such file/,
  );
});

test("the mean of the last checkpoints", async () => {
  const store = fileCheckpoints(folder);
  for (const step of [1, 2, 6]) await store.save(checkpoint(step));
  const mean = await averageCheckpoints(store, 2);
  expect(mean.get("layers.0.weight")).toEqual({ shape: [2, 3], data: Float32Array.of(4, 4.5, 5, 5.5, 6, 6.5) });
  await expect(averageCheckpoints(store, 4)).rejects.toThrow("averageCheckpoints: expected 4 checkpoints, got 3");
});

function checkpoint(step: number, progress: Partial<Checkpoint["progress"]> = {}): Checkpoint {
  const weight = { shape: [2, 3], data: Float32Array.from({ length: 6 }, (_, i) => step + i / 2) };
  return {
    progress: {
      step,
      epoch: 1,
      position: 5,
      seed: 11,
      tokens: 13 * step,
      validatedStep: 0,
      validationsSinceBest: 0,
      ...progress,
    },
    params: new Map([["layers.0.weight", weight]]),
    optimizer: new Map([
      ["first.layers.0.weight", weight],
      ["steps.layers.0.weight", { shape: [], data: Float32Array.of(step) }],
    ]),
  };
}
