// Laws that hold for attention of any size, on sizes that nobody chose.
import { initBackend } from "@qkv/backend";
import { Params } from "@qkv/nn";
import { expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { AdditiveScore } from "../scores/additiveScore.ts";
import { attentionPooling } from "../pooling/attentionPooling.ts";
import { attentionStages } from "./stages.ts";
import { maskedSoftmax } from "../masks/maskedSoftmax.ts";
import { cosineScore, distanceScore, scaledDotScore, type Score } from "../scores/scores.ts";

beforeAll(() => initBackend("cpu"));

/** A few sizes, a seed, and which of the scores. */
const cases = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  queries: fc.integer({ min: 1, max: 6 }),
  keys: fc.integer({ min: 1, max: 6 }),
  width: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  kind: fc.constantFrom("dot", "cosine", "distance", "additive"),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Runs `law` on twenty cases, with tensors of that size and a score. */
async function always(law: (given: Given) => Promise<void>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (sizes) => {
      const params = Params.initialized(sizes.seed);
      const random = (length: number, seed: number) =>
        tf.randomNormal<tf.Rank.R3>([sizes.batch, length, sizes.width], 0, 1, "float32", sizes.seed + seed);
      const [q, k, v] = [random(sizes.queries, 1), random(sizes.keys, 2), random(sizes.keys, 3)];
      await law({ ...sizes, q, k, v, score: scoreOf(sizes, params) });
      tf.dispose([q, k, v]);
      params.dispose();
    }),
    { numRuns: 20 },
  );
}

interface Given extends Case {
  readonly q: tf.Tensor3D;
  readonly k: tf.Tensor3D;
  readonly v: tf.Tensor3D;
  readonly score: Score;
}

function scoreOf({ kind, width }: Case, params: Params): Score {
  switch (kind) {
    case "cosine":
      return cosineScore(2);
    case "distance":
      return distanceScore(1.5);
    case "additive":
      return new AdditiveScore(params, { queryDim: width, keyDim: width, hiddenDim: 3 });
    default:
      return scaledDotScore;
  }
}

/** The numbers of a tensor made in a tidy. */
async function numbers(make: () => tf.Tensor): Promise<number[]> {
  const tensor = tf.tidy(make);
  const data = [...(await tensor.data())];
  tensor.dispose();
  return data;
}

async function same(actual: () => tf.Tensor, expected: () => tf.Tensor): Promise<void> {
  const tensors = [tf.tidy(actual), tf.tidy(expected)] as [tf.Tensor, tf.Tensor];
  await expectClose(tensors[0], tensors[1]);
  tf.dispose(tensors);
}

describe("attention of any size", () => {
  test("rows sum to 1, or to 0 where nothing is visible, and no weight is negative", () =>
    always(async ({ q, k, keys, queries, batch, seed, score }) => {
      const lengths = Array.from({ length: batch }, (_, b) =>
        Array.from({ length: queries }, (_, i) => (seed + b * 7 + i * 3) % (keys + 1)),
      );
      const weights = () => maskedSoftmax(score.scores(q, k) as tf.Tensor3D, lengths);
      const sums = await numbers(() => tf.sum(weights(), -1));
      for (const [i, length] of lengths.flat().entries()) expect(sums[i]).toBeCloseTo(length === 0 ? 0 : 1, 5);
      expect(Math.min(...(await numbers(weights)))).toBeGreaterThanOrEqual(0);
    }));

  test("a causal query does not see what comes after it", () =>
    always(async ({ q, k, keys, queries, score }) => {
      const weights = await numbers(() => attentionStages(q, k, { score, causal: true }).probabilities);
      for (const [at, weight] of weights.entries()) {
        const [i, j] = [Math.floor(at / keys) % queries, at % keys];
        if (j > i + keys - queries) expect(weight).toBe(0);
      }
    }));

  test("keys in another order give the same, queries in another order give that order", () =>
    always(async ({ q, k, v, score }) => {
      const pool = (q: tf.Tensor3D, k: tf.Tensor3D, v: tf.Tensor3D) => attentionPooling(q, k, v, { score });
      const turned = (x: tf.Tensor3D) => tf.reverse(x, 1);
      await same(
        () => pool(q, turned(k), turned(v)),
        () => pool(q, k, v),
      );
      await same(
        () => pool(turned(q), k, v),
        () => turned(pool(q, k, v)),
      );
    }));

  test("padding changes nothing, and a batch equals its items", () =>
    always(async ({ q, k, v, batch, keys, score }) => {
      const plain = () => attentionPooling(q, k, v, { score });
      const longer = (x: tf.Tensor3D) => tf.concat<tf.Tensor3D>([x, tf.fill(x.shape, 100)], 1);
      const mask = () => tf.less(tf.range(0, 2 * keys), keys);
      await same(
        () => attentionPooling(q, longer(k), longer(v), { score, mask: tf.reshape(mask(), [1, 1, 2 * keys]) }),
        plain,
      );
      const items = (x: tf.Tensor3D) => tf.split(x, batch, 0) as tf.Tensor3D[];
      await same(() => {
        const [qs, ks, vs] = [items(q), items(k), items(v)];
        return tf.concat(
          qs.map((one, i) => attentionPooling(one, ks[i] as tf.Tensor3D, vs[i] as tf.Tensor3D, { score })),
        );
      }, plain);
    }));

  test("every pooled number lies between the least and the greatest value", () =>
    always(async ({ q, k, v, score }) => {
      const pooled = await numbers(() => attentionPooling(q, k, v, { score }));
      const values = await numbers(() => tf.clone(v));
      expect(Math.max(...pooled)).toBeLessThanOrEqual(Math.max(...values) + 1e-5);
      expect(Math.min(...pooled)).toBeGreaterThanOrEqual(Math.min(...values) - 1e-5);
    }));
});
