import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { inUse, type KeyValue, lengthOf } from "../multiHead/keyValue.ts";
import { fixedCache } from "./fixed.ts";
import { growingCache } from "./growing.ts";
import type { KeyValueCache } from "./keyValueCache.ts";
import { slidingWindowCache } from "./sliding.ts";

const LAYERS = [0, 1];
const [HEADS, WIDTH] = [2, 3];

/** Keys whose numbers say row, layer and position; values are their negatives. */
function keyValueOf(rows: readonly number[], layer: number, first: number, length: number): KeyValue {
  const at = (row: number, head: number, i: number) =>
    Array.from({ length: WIDTH }, (_, d) => 1000 * row + 100 * layer + first + i + head / 4 + d / 16);
  const heads = (row: number) =>
    Array.from({ length: HEADS }, (_, head) => Array.from({ length }, (_position, i) => at(row, head, i)));
  const keys = tf.tensor4d(rows.map(heads), [rows.length, HEADS, length, WIDTH]);
  return { keys, values: tf.neg(keys) };
}

/** Reads `length` more positions of each row. */
function read(
  cache: KeyValueCache,
  rows: readonly number[],
  length: number,
  ids?: readonly (readonly number[])[],
): void {
  const first = cache.length;
  cache.step(() => {
    for (const layer of LAYERS) cache.append(layer, keyValueOf(rows, layer, first, length));
  }, ids);
}

/** Expects that the cache holds the positions from `first` to `end` of each row. */
async function expectHeld(cache: KeyValueCache, rows: readonly number[], layer: number, first: number, end: number) {
  const { keys, values } = keyValueOf(rows, layer, first, end - first);
  const past = cache.past(layer) as KeyValue;
  const held = tf.tidy(() => Object.values(inUse(past)).map((x) => tf.clone(x as tf.Tensor)));
  await expectClose(held[0] as tf.Tensor, keys);
  await expectClose(held[1] as tf.Tensor, values);
  tf.dispose([keys, values, held] as tf.TensorContainer);
}

const KINDS: readonly (readonly [name: string, create: () => KeyValueCache])[] = [
  ["growing", growingCache],
  ["sliding, windows as long as the text", () => slidingWindowCache([9, null])],
  ["fixed", () => fixedCache(7)],
  ["fixed, as long as the text", () => fixedCache(5)],
];

describeBackends("KeyValueCache", () => {
  describe.each(KINDS)("%s", (_, create) => {
    test("appends, reorders and truncates", () =>
      expectNoLeaks(async () => {
        using cache = create();
        read(cache, [0, 1], 3);
        expect([cache.length, lengthOf(cache.past(0) as KeyValue)]).toEqual([3, 3]);
        read(cache, [0, 1], 1);
        for (const layer of LAYERS) await expectHeld(cache, [0, 1], layer, 0, 4);
        cache.reorder([1, 1, 0]);
        for (const layer of LAYERS) await expectHeld(cache, [1, 1, 0], layer, 0, 4);
        expect(cache.truncate(2)).toBe(2);
        read(cache, [1, 1, 0], 2);
        for (const layer of LAYERS) await expectHeld(cache, [1, 1, 0], layer, 0, 4);
        cache.reorder([2]);
        for (const layer of LAYERS) await expectHeld(cache, [0], layer, 0, 4);
        expect([cache.truncate(9), cache.truncate(0), cache.length]).toEqual([4, 0, 0]);
        read(cache, [5, 6, 7], 2); // other rows, after it was emptied
        await expectHeld(cache, [5, 6, 7], 1, 0, 2);
      }));

    test("a step gives what its positions see, and a failed one leaves the cache as it was", () =>
      expectNoLeaks(async () => {
        using cache = create();
        const fail = () =>
          cache.step(() => {
            const seen = cache.append(0, keyValueOf([4, 5], 0, cache.length, 2));
            expect(lengthOf(seen)).toBe(cache.length + 2);
            throw new Error("layer 1 failed");
          });
        expect(fail).toThrow("layer 1 failed");
        expect([cache.length, cache.bytes]).toEqual([0, 0]);
        read(cache, [4, 5], 3);
        const { bytes } = cache;
        const capacities = LAYERS.map((layer) => cache.past(layer)?.keys.shape[2] ?? 0);
        expect(bytes).toBe(4 * 2 * 2 * HEADS * WIDTH * capacities.reduce((sum, capacity) => sum + capacity));
        expect(fail).toThrow("layer 1 failed");
        expect([cache.length, cache.bytes]).toEqual([3, bytes]);
        read(cache, [4, 5], 1);
        for (const layer of LAYERS) await expectHeld(cache, [4, 5], layer, 0, 4);
      }));

    test("steps within a step are one, and end with it", () =>
      expectNoLeaks(async () => {
        using cache = create();
        const both = () => {
          cache.step(() => cache.append(0, keyValueOf([1], 0, 0, 2)).keys);
          expect(cache.length).toBe(0);
          return cache.step(() => cache.append(1, keyValueOf([1], 1, 0, 2)).keys);
        };
        cache.step(() => void both());
        await expectHeld(cache, [1], 1, 0, 2);
      }));
  });

  test.each(KINDS)("%s: gradients flow through a step, after positions read before", (_, create) =>
    expectNoLeaks(async () => {
      using cache = create();
      const ones = tf.ones([2, HEADS, 1, WIDTH]);
      read(cache, [0, 1], 2);
      const gradient = tf.grad((x) =>
        cache.step(() => {
          const next = (keys: tf.Tensor4D): KeyValue => ({ keys, values: tf.mul(keys, 3) });
          const [seen] = LAYERS.map((layer) => inUse(cache.append(layer, next(x as tf.Tensor4D))));
          const { keys, values } = seen as KeyValue;
          return tf.sum(tf.add(tf.mul(keys, 2), values));
        }),
      )(ones);
      expect([...(await gradient.data())]).toEqual(Array(2 * HEADS * WIDTH).fill(5));
      tf.dispose([ones, gradient]);
    }),
  );

  test("a window keeps what the next position sees, and can only be emptied then", () =>
    expectNoLeaks(async () => {
      using cache = slidingWindowCache([3, undefined]);
      read(cache, [0, 1], 2);
      expect([cache.truncate(1), cache.length]).toEqual([1, 1]);
      read(cache, [0, 1], 4);
      expect([cache.length, cache.past(0)?.dropped]).toEqual([5, 3]);
      await expectHeld(cache, [0, 1], 0, 3, 5);
      await expectHeld(cache, [0, 1], 1, 0, 5);
      cache.reorder([1]);
      await expectHeld(cache, [1], 0, 3, 5);
      expect(cache.past(0)?.dropped).toBe(3);
      expect([cache.truncate(5), cache.truncate(4), cache.length]).toEqual([5, 0, 0]);
    }));
});

describeBackends("a fixed cache", (backend) => {
  test("is full at its capacity, and says so", () =>
    expectNoLeaks(async () => {
      using cache = fixedCache(4);
      expect(() => read(cache, [0], 5)).toThrow(
        "expected at most 4 positions, the capacity of the cache, got 5: create",
      );
      read(cache, [0], 3);
      expect(() => read(cache, [0], 2)).toThrow("got 5: create it with a larger capacity");
      await expectHeld(cache, [0], 1, 0, 3);
      read(cache, [0], 1);
      await expectHeld(cache, [0], 1, 0, 4);
      expect(() => fixedCache(0)).toThrow("expected capacity to be a whole number from 1, got 0");
    }));

  test("is written in place on wasm: the same memory from step to step", () =>
    expectNoLeaks(async () => {
      using cache = fixedCache(6);
      read(cache, [0, 1], 2);
      const { keys, values } = cache.past(1) as KeyValue;
      const { numTensors } = tf.memory();
      read(cache, [0, 1], 1);
      cache.truncate(1);
      read(cache, [0, 1], 3);
      const after = cache.past(1) as KeyValue;
      expect([after.keys === keys, after.values === values]).toEqual(Array(2).fill(backend.startsWith("wasm")));
      expect(tf.memory().numTensors).toBe(numTensors);
    }));
});

describeBackends("the ids of a cache", () => {
  test("follow its rows", () => {
    using cache = growingCache();
    read(cache, [0, 1], 2, [[7, 8], [7, 9]]); // prettier-ignore
    read(cache, [0, 1], 1, [[1], [2]]);
    cache.reorder([1, 1]);
    read(cache, [1, 1], 1, [[3], [4]]);
    expect(cache.ids).toEqual([[7, 9, 2, 3], [7, 9, 2, 4]]); // prettier-ignore
    cache.truncate(3);
    expect(cache.ids).toEqual([[7, 9, 2], [7, 9, 2]]); // prettier-ignore
    cache.truncate(0);
    expect(cache.ids).toEqual([]);
  });

  test("are -1 where a step did not give them", () => {
    using cache = growingCache();
    read(cache, [0], 2);
    expect(cache.ids).toEqual([]);
    read(cache, [0], 1, [[5]]);
    read(cache, [0], 1);
    read(cache, [0], 1, [[6]]);
    expect(cache.ids).toEqual([[-1, -1, 5, -1, 6]]);
  });
});

describeBackends("bad input", () => {
  test("is refused, and the cache stays as it was", () =>
    expectNoLeaks(async () => {
      using cache = growingCache();
      read(cache, [0, 1], 2);
      const step = (run: () => void) => () => cache.step(run);
      const append = (layer: number, rows = [0, 1], length = 1) =>
        void cache.append(layer, keyValueOf(rows, layer, 2, length));
      tf.tidy(() => {
        expect(() => append(0)).toThrow("append: expected to be called in cache.step(() => ...), got no step");
      });
      expect(step(() => append(0))).toThrow("as many positions of each of 2 layers, got 1 of layer 0");
      expect(step(() => (append(0), append(1, [0, 1], 2)))).toThrow("got 1 of layer 0, 2 of layer 1");
      expect(step(() => (append(0), append(0)))).toThrow("expected each layer once a step, got layer 0 again");
      expect(step(() => append(0, [0]))).toThrow("expected 2 rows and layers below 2, got 1 rows of layer 0");
      expect(step(() => append(2))).toThrow("got 2 rows of layer 2");
      expect(step(() => cache.reorder([0]))).toThrow("reorder: expected to be called between steps");
      expect(step(() => void cache.truncate(1))).toThrow("truncate: expected to be called between steps");
      expect(() => read(cache, [0, 1], 1, [[3]])).toThrow("expected 1 ids for each of 2 rows, got [1]");
      expect(() => cache.reorder([0, 2])).toThrow("reorder: expected rows from 0 to 1, got 2");
      expect(() => cache.reorder([])).toThrow("reorder: expected rows from 0 to 1, got none");
      expect(() => cache.truncate(-1)).toThrow("truncate: expected a length from 0, got -1");
      expect(cache.length).toBe(2);
      for (const layer of LAYERS) await expectHeld(cache, [0, 1], layer, 0, 2);
    }));
});
