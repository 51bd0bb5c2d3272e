import { expect, test } from "vitest";
import type { Heap } from "./heap.ts";
import { runProgram, Workspace } from "./workspace.ts";

test("a dry run counts the most that is taken at once, in lines of a cache", () => {
  const dry = new Workspace();
  dry.constant(8, () => expect.unreachable("a dry run writes nothing"));
  dry.take(100);
  dry.reuse(() => dry.take(64));
  dry.reuse(() => dry.take(65));
  expect(dry.bytes).toBe(64 + 128 + 128);
});

test("what is reused is taken at the same address, what is kept at another", () => {
  const space = new Workspace({ address: 1024, bytes: 256 });
  expect(space.take(4)).toBe(1024);
  const reused: number[] = [];
  for (const bytes of [64, 100]) space.reuse(() => void reused.push(space.take(bytes)));
  expect(reused).toEqual([1088, 1088]);
  expect(() => space.constant(4, () => undefined)).toThrow("expected constants before memory that is reused");
});

/** A heap that logs what a program's memory is: the small workspace of 128 bytes, or a block of its own. */
function heapOf(log: string[]): Heap {
  return {
    workspace: () => ({ address: 1024, bytes: 128 }),
    output: ([size]: number[]) => ({ dataId: { size }, shape: [size], dtype: "float32" }),
    at: () => 4096,
    backend: { disposeData: ({ size }: { size: number }) => log.push(`disposed of ${size}`) },
  } as unknown as Heap;
}

test("a program that needs little is built once, in the heap's own memory", () => {
  const log: string[] = [];
  const build = (_program: unknown, space: Workspace) => {
    log.push(`taken at ${space.take(100)}`);
    throw new Error("enough seen");
  };
  expect(() => runProgram(heapOf(log), 0, build)).toThrow("enough seen");
  expect(log).toEqual(["taken at 1024"]);
});

test("a program that takes more than its dry run counted is refused before it runs", () => {
  const log: string[] = [];
  let bytes = 129;
  const build = (_program: unknown, space: Workspace) => void space.take((bytes += 64));
  expect(() => runProgram(heapOf(log), 0, build)).toThrow("expected to take at most 320 bytes, got 384");
  expect(log).toEqual(["disposed of 96"]);
});
