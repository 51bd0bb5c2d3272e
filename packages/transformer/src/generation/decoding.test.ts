import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import { beforeAll, expect, test } from "vitest";
import { wanderer } from "../../test/wanderer.ts";
import { Decoding } from "./decoding.ts";

beforeAll(() => initBackend("cpu"));

const SOURCES = [[5], [7, 3, 2], [4, 4]];

/** The logits after `tokens`, of one source alone. */
async function alone(source: number, tokens: readonly number[]): Promise<Float32Array | undefined> {
  const decoding = new Decoding(wanderer(), [SOURCES[source] ?? []]);
  let logits: Float32Array[] = [];
  for (const token of tokens) logits = await decoding.step([token]);
  decoding.dispose();
  return logits[0];
}

test("rows go on as what they were, wherever they are moved, left out or repeated", () =>
  expectNoLeaks(async () => {
    const decoding = new Decoding(wanderer(), SOURCES);
    await decoding.step([2, 3, 4]);
    decoding.continueFrom([2, 0, 2]); // as many rows, of other sources
    await decoding.step([5, 6, 7]);
    decoding.continueFrom([0, 2]);
    decoding.continueFrom([1, 0]);
    decoding.continueFrom([0, 1]);
    const logits = await decoding.step([8, 9]);
    expect(logits[0]).toEqual(await alone(2, [4, 7, 8]));
    expect(logits[1]).toEqual(await alone(2, [4, 5, 9]));
    decoding.continueFrom([0, 1]);
    decoding.dispose();
  }));

test("sources may be repeated before the first step", () =>
  expectNoLeaks(async () => {
    const decoding = new Decoding(wanderer(), SOURCES);
    decoding.continueFrom([1, 1, 0]);
    const logits = await decoding.step([2, 3, 2]);
    expect(logits).toEqual([await alone(1, [2]), await alone(1, [3]), await alone(0, [2])]);
    decoding.dispose();
  }));
