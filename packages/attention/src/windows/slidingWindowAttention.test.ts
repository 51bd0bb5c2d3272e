import { initBackend } from "@qkv/backend";
import { checkGradients, describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { keyMask, lengthMask, slidingWindowMask } from "../masks/masks.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";
import { slidingWindowAttention } from "./slidingWindowAttention.ts";

const random = (shape: [number, number, number, number], seed: number) =>
  tf.randomNormal<tf.Rank.R4>(shape, 0, 1, "float32", seed);

describeBackends("slidingWindowAttention", () => {
  test.each([
    [0, 0, 5],
    [3, 0, 37],
    [2, 5, 33],
    [40, 3, 37],
    [16, 16, 48],
  ])("%d before and %d after of %d equals full attention with a band", async (before, after, length) => {
    const [q, k, v] = [random([2, 4, length, 3], 1), random([2, 2, length, 3], 2), random([2, 2, length, 5], 3)];
    const [windowed, expected] = tf.tidy(() => {
      const attentionMask = lengthMask([length, length - 2], length);
      const mask = tf.logicalAnd(keyMask(attentionMask), slidingWindowMask(length, length, { before, after }));
      const options = { scale: 0.7, softcap: 2 };
      return [
        slidingWindowAttention(q, k, v, { before, after, attentionMask, ...options }),
        scaledDotProductAttention(q, k, v, { mask, ...options }),
      ];
    }) as [tf.Tensor, tf.Tensor];
    await expectClose(windowed, expected);
    tf.dispose([q, k, v, windowed, expected]);
  });

  test("has gradients, and refuses what does not fit", async () => {
    const [q, k, v] = [random([1, 2, 18, 2], 1), random([1, 1, 18, 2], 2), random([1, 1, 18, 1], 3)];
    await checkGradients((a, b, c) => slidingWindowAttention(a, b, c, { before: 2, after: 1 }), [q, k, v]);
    const wrong =
      (options: Parameters<typeof slidingWindowAttention>[3], keys = k) =>
      () =>
        slidingWindowAttention(q, keys, v, options);
    expect(wrong({ before: 1.5, after: 0 })).toThrow("before to be an integer from 0, got 1.5");
    expect(wrong({ before: 1, after: -1 })).toThrow("after to be an integer from 0, got -1");
    const [short, attentionMask] = [random([1, 1, 17, 2], 2), tf.tidy(() => tf.ones<tf.Rank.R2>([1, 17], "bool"))];
    expect(wrong({ before: 1, after: 0 }, short)).toThrow("as many keys as queries, got q [1,2,18,2], k [1,1,17,2]");
    expect(wrong({ before: 1, after: 0, attentionMask })).toThrow("expected attentionMask [1,18], got [1,17]");
    tf.dispose([q, k, v, short, attentionMask]);
  });
});

describe("what long sequences cost", () => {
  beforeAll(() => initBackend("cpu"));

  /** The numbers that all kernels of a forward and a backward pass wrote, and the most that one of them did. */
  async function written(
    length: number,
    attend: (q: tf.Tensor4D) => tf.Tensor,
  ): Promise<{ all: number; most: number }> {
    const q = random([1, 1, length, 2], 1);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(attend(x as tf.Tensor4D)));
    const { kernels } = await tf.profile(() => gradient(q).dispose());
    q.dispose();
    const sizes = kernels.flatMap(({ outputShapes }) => outputShapes.map((shape) => tf.util.sizeFromShape(shape)));
    return { all: sizes.reduce((a, b) => a + b, 0), most: Math.max(...sizes) };
  }

  test("a sliding window's cost grows with the length, a full matrix's with its square", async () => {
    const window = (q: tf.Tensor4D) => slidingWindowAttention(q, q, q, { before: 16, after: 0 });
    const full = (q: tf.Tensor4D) => scaledDotProductAttention(q, q, q, { causal: true });
    const [short, long] = [await written(256, window), await written(512, window)];
    expect(long.all / short.all).toBeLessThan(2.05);
    expect(long.most).toBeLessThan(512 * 40);
    const [shortFull, longFull] = [await written(256, full), await written(512, full)];
    expect(longFull.all / shortFull.all).toBeGreaterThan(3.5);
  });
});
