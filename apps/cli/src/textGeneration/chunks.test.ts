import { initBackend } from "@qkv/backend";
import { beforeAll, expect, test } from "vitest";
import { characterTokenizer } from "./vocabulary.ts";
import { chunkBatches, chunkTensors } from "./chunks.ts";

beforeAll(() => initBackend("cpu"));

test("an epoch's chunks lie side by side, all inside the text, elsewhere in the next epoch", () => {
  const options = { length: 8, batchSize: 3, seed: 1 };
  const epochs = [0, 1, 2].map((epoch) =>
    chunkBatches(100, { ...options, epoch })
      .flat()
      .sort((a, b) => a - b),
  );
  for (const starts of epochs) {
    expect(starts.length).toBeGreaterThanOrEqual(9);
    expect(starts.every((start) => start >= 0 && start + 8 <= 99)).toBe(true);
    expect(new Set(starts.map((start) => start % 8)).size).toBe(1);
    expect(new Set(starts).size).toBe(starts.length);
  }
  expect(new Set(epochs.map(([first = 0]) => first % 8)).size).toBeGreaterThan(1);
  expect(chunkBatches(9, { ...options, epoch: 3 })).toEqual([[0]]);
});

test("labels are what follows, and nothing follows the end", async () => {
  const { ids, labels } = chunkTensors(Int32Array.of(1, 2, 3, 4, 5, 6), [0, 3], 3);
  expect(await ids.array()).toEqual([
    [1, 2, 3],
    [4, 5, 0],
  ]);
  expect(await labels.array()).toEqual([
    [2, 3, 4],
    [5, 6, -100],
  ]);
  ids.dispose();
  labels.dispose();
});

test("characters are tokens, line breaks and those beyond the first plane too; others are unknown", () => {
  const tokenizer = characterTokenizer("ba\n🐕");
  const { ids } = tokenizer.encode("a🐕\nbz");
  expect(ids).toEqual([2, 4, 1, 3, 0].map((id) => id));
  expect(tokenizer.decode(ids.slice(0, 4))).toBe("a🐕\nb");
});
