import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { readAhead } from "./readAhead.ts";

async function* each<T>(items: readonly T[], between: () => Promise<unknown> = async () => undefined) {
  for (const item of items) {
    yield item;
    await between();
  }
}

async function gathered<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const LIMITS = { lines: 4, characters: 100 };
const numbers = Array.from({ length: 11 }, (_, i) => `${i}`);

test("gives what is there in groups up to the limits, in order", async () => {
  expect(await gathered(readAhead(each(numbers), LIMITS))).toEqual([
    ["0", "1", "2", "3"],
    ["4", "5", "6", "7"],
    ["8", "9", "10"],
  ]);
  expect(await gathered(readAhead(numbers, { ...LIMITS, characters: 2 }))).toHaveLength(6);
  expect(await gathered(readAhead([], LIMITS))).toEqual([]);
});

test("waits for no second line, and gathers while a group is at work", async () => {
  const groups: string[][] = [];
  for await (const group of readAhead(
    each(numbers.slice(0, 5), () => setTimeout(20)),
    LIMITS,
  )) {
    groups.push(group);
    if (groups.length === 2) await setTimeout(200);
  }
  expect(groups).toEqual([["0"], ["1"], ["2", "3", "4"]]);
});

test("reads no further than the limits, and nothing behind a reader that leaves", async () => {
  let read = 0;
  async function* endless() {
    for (;;) yield `${read++}`;
  }
  for await (const group of readAhead(endless(), LIMITS)) {
    await setTimeout(20);
    expect(read).toBeLessThanOrEqual(Number(group.at(-1)) + 1 + LIMITS.lines);
    if (read > 20) break;
  }
  const after = read;
  await setTimeout(20);
  expect(read).toBeLessThanOrEqual(after + 1);
});

test("throws what reading throws, behind the lines before it", async () => {
  async function* failing() {
    yield* ["a", "b"];
    throw new Error("a read error");
  }
  const found: string[] = [];
  const reading = async () => {
    for await (const group of readAhead(failing(), LIMITS)) found.push(...group);
  };
  await expect(reading()).rejects.toThrow("a read error");
  expect(found).toEqual(["a", "b"]);
});
