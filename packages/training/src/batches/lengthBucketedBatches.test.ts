import fc from "fast-check";
import { expect, test } from "vitest";
import { lengthBucketedBatches, type PairLengths } from "./lengthBucketedBatches.ts";

const lengths = fc.array(fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: 0, max: 31 })), { maxLength: 97 });
const options = fc.record({
  tokensPerBatch: fc.integer({ min: 31, max: 211 }),
  seed: fc.integer(),
  epoch: fc.nat(1000),
  maxRows: fc.integer({ min: 1, max: 13 }),
});

test("each index is in one batch, and no batch is over the budget", () => {
  fc.assert(
    fc.property(lengths, options, (pairs, bucketing) => {
      const { batches, paddingRatio } = lengthBucketedBatches(pairs, bucketing);
      expect(batches.flat().toSorted((a, b) => a - b)).toEqual([...pairs.keys()]);
      for (const batch of batches) {
        const longest = Math.max(...batch.flatMap((index) => pairs[index] ?? []));
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(bucketing.maxRows);
        expect(batch.length * longest).toBeLessThanOrEqual(bucketing.tokensPerBatch);
      }
      expect(paddingRatio).toBeGreaterThanOrEqual(0);
      expect(paddingRatio).toBeLessThan(1);
      expect(lengthBucketedBatches(pairs, bucketing).batches).toEqual(batches);
    }),
  );
});

const many: PairLengths[] = Array.from({ length: 5003 }, (_, i) => [5 + (i % 17), 3 + (i % 17) + ((i * 7) % 5)]);

test("little is padding, and a batch is nearly full", () => {
  const { batches, paddingRatio } = lengthBucketedBatches(many, { tokensPerBatch: 1000, seed: 1 });
  expect(paddingRatio).toBeLessThan(0.03);
  const tokens = many.reduce((sum, pair) => sum + Math.max(...pair), 0);
  expect(batches.length).toBeLessThan((1.05 * tokens) / 1000);
});

test("another epoch and another seed bring other batches in another order", () => {
  const first = lengthBucketedBatches(many, { tokensPerBatch: 1000, seed: 1, epoch: 0 }).batches;
  for (const other of [
    { seed: 1, epoch: 1 },
    { seed: 2, epoch: 0 },
  ]) {
    const { batches } = lengthBucketedBatches(many, { tokensPerBatch: 1000, ...other });
    const asSets = new Set(first.map((batch) => batch.toSorted((a, b) => a - b).join()));
    const same = batches.filter((batch) => asSets.has(batch.toSorted((a, b) => a - b).join()));
    expect(same.length).toBeLessThan(batches.length / 4);
  }
  const longest = first.map((batch) => Math.max(...(many[batch[0] ?? 0] ?? [0])));
  expect(longest).not.toEqual(longest.toSorted((a, b) => a - b));
});

test("refuses a pair that fits into no batch", () => {
  expect(() =>
    lengthBucketedBatches(
      [
        [3, 4],
        [5, 9],
      ],
      { tokensPerBatch: 8, seed: 0 },
    ),
  ).toThrow("lengthBucketedBatches: expected at most 8 tokens, got 9 at 1");
});
