import { expect, test } from "vitest";
import type { Heap } from "./heap.ts";
import { runProgram, Workspace } from "./workspace.ts";

test("counts the most that is taken at once, in lines of a cache, and writes nothing where it does not fit", () => {
  const space = new Workspace({ address: 0, bytes: 0 });
  space.constant(8, () => expect.unreachable("it is full"));
  space.take(100);
  space.reuse(() => space.take(64));
  space.reuse(() => space.take(65));
  expect(space.bytes).toBe(64 + 128 + 128);
  expect(space.isFull).toBe(true);
});

test("is full beyond its last byte", () => {
  const space = new Workspace({ address: 1024, bytes: 128 });
  const written: number[] = [];
  space.constant(128, (at) => void written.push(at));
  expect(space.isFull).toBe(false);
  space.take(1);
  expect(space.isFull).toBe(true);
  expect(written).toEqual([1024]);
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

test("a program that takes more than was counted is refused before it runs", () => {
  const log: string[] = [];
  let bytes = 129;
  const build = (_program: unknown, space: Workspace) => void space.take((bytes += 64));
  expect(() => runProgram(heapOf(log), 0, build)).toThrow("expected to take at most 256 bytes, got 320");
  expect(log).toEqual(["disposed of 80"]);
});
