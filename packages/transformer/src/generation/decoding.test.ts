import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import { beforeAll, expect, test } from "vitest";
import { wanderer } from "../../test/wanderer.ts";
import { Decoding, type NextToken } from "./decoding.ts";

beforeAll(() => initBackend("cpu"));

const SOURCES = [[5], [7, 3, 2], [4, 4]];

/** The logits after `tokens`, of one source alone. */
async function alone(source: number, tokens: readonly number[]): Promise<Float32Array | undefined> {
  const decoding = new Decoding(wanderer(), [SOURCES[source] ?? []]);
  let next: NextToken[] = [];
  for (const [i] of tokens.entries()) next = await decoding.step([tokens.slice(0, i + 1)]);
  decoding.dispose();
  return next[0]?.logits;
}

test("rows go on as what they were, wherever they are moved, left out or repeated", () =>
  expectNoLeaks(async () => {
    const decoding = new Decoding(wanderer(), SOURCES);
    await decoding.step([[2], [3], [4]]);
    decoding.continueFrom([2, 0, 2]); // as many rows, of other sources
    await decoding.step([
      [4, 5],
      [2, 6],
      [4, 7],
    ]);
    decoding.continueFrom([0, 2]);
    decoding.continueFrom([1, 0]);
    decoding.continueFrom([0, 1]);
    const next = await decoding.step([
      [4, 7, 8],
      [4, 5, 9],
    ]);
    expect(next[0]?.logits).toEqual(await alone(2, [4, 7, 8]));
    expect(next[1]?.logits).toEqual(await alone(2, [4, 5, 9]));
    decoding.continueFrom([0, 1]);
    decoding.dispose();
  }));

test("sources may be repeated before the first step", () =>
  expectNoLeaks(async () => {
    const decoding = new Decoding(wanderer(), SOURCES);
    decoding.continueFrom([1, 1, 0]);
    const next = await decoding.step([[2], [3], [2]]);
    expect(next.map(({ logits }) => logits)).toEqual([await alone(1, [2]), await alone(1, [3]), await alone(0, [2])]);
    decoding.dispose();
  }));
