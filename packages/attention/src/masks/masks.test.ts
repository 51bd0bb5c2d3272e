import { Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { AdditiveAttention } from "../d2l/additiveAttention.ts";
import { assertFinite } from "../checks/assertFinite.ts";
import { attentionPooling } from "../pooling/attentionPooling.ts";
import { DotProductAttention } from "../d2l/dotProductAttention.ts";
import { maskedSoftmax } from "./maskedSoftmax.ts";
import { blockMask, causalMask, keyMask, lengthMask, segmentMask, slidingWindowMask } from "./masks.ts";
import { scaledDotProductAttention } from "../scaledDotProduct/scaledDotProductAttention.ts";
import { windowPositionIndex } from "../positions/relativePositionBias.ts";
import { joinWindows, shiftedWindowMask, windowsOf } from "../windows/shiftedWindows.ts";
import { validLengthMask } from "./validLengths.ts";

const random = (shape: [number, number, number], seed: number) =>
  tf.randomNormal<tf.Rank.R3>(shape, 0, 1, "float32", seed);

/** Rows of 0 and 1. */
async function rows(make: () => tf.Tensor): Promise<string[]> {
  const mask = tf.tidy(make);
  const data = [...(await mask.data())].map(Number);
  const width = mask.shape.at(-1) ?? 1;
  mask.dispose();
  return Array.from({ length: data.length / width }, (_, i) => data.slice(i * width, (i + 1) * width).join(""));
}

describeBackends("masks", () => {
  test("bands, blocks and segments", async () => {
    expect(await rows(() => causalMask(2, 4))).toEqual(["1110", "1111"]);
    expect(await rows(() => slidingWindowMask(4, 4, { before: 1, after: 0 }))).toEqual([
      "1000",
      "1100",
      "0110",
      "0011",
    ]);
    expect(await rows(() => slidingWindowMask(2, 5, { before: 1, after: 1 }))).toEqual(["00111", "00011"]);
    expect(await rows(() => slidingWindowMask(2, 2, {}))).toEqual(["11", "11"]);
    const pattern = [[true, false], [true, true]]; // prettier-ignore
    expect(await rows(() => blockMask(pattern, 2))).toEqual(["1100", "1100", "1111", "1111"]);
    const segments = () => tf.tensor2d([[0, 0, 1]], undefined, "int32");
    expect(await rows(() => segmentMask(segments()))).toEqual(["110", "110", "001"]);
    expect(await rows(() => lengthMask([0, 2], 3))).toEqual(["000", "110"]);
    expect(await rows(() => keyMask(lengthMask([1], 2)))).toEqual(["10"]);
    expect(await rows(() => validLengthMask([[1, 0]], { batch: 1, queries: 2, keys: 2 }))).toEqual(["10", "00"]);
  });

  test("windowsOf cuts a grid row by row", async () => {
    const grid = tf.tidy(() => tf.reshape(tf.range(0, 16), [1, 4, 4, 1]));
    const windows = windowsOf(grid, 2);
    await expectClose(windows, {
      shape: [4, 4, 1],
      data: [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15],
    });
    tf.dispose([grid, windows]);
  });

  test("joinWindows puts windows together again", async () => {
    const grid = tf.randomNormal<tf.Rank.R4>([2, 6, 4, 3], 0, 1, "float32", 5);
    const windows = windowsOf(grid, 2);
    const joined = joinWindows(windows, { height: 6, width: 4, window: 2 });
    await expectClose(joined, grid);
    expect(() => joinWindows(windows, { height: 6, width: 5, window: 2 })).toThrow("got [12,4,3]");
    expect(() => joinWindows(windows, { height: 6, width: 4, window: 3 })).toThrow("windows of 3 x 3");
    tf.dispose([grid, windows, joined]);
  });

  test("a smaller window finds its offsets in the table of a larger one", () => {
    const [small, large] = [windowPositionIndex(2, 3), windowPositionIndex(3)];
    const at = (i: number) => 3 * Math.floor(i / 2) + (i % 2); // a place of the small window in the large one
    expect([...small]).toEqual(Array.from({ length: 16 }, (_, k) => large[9 * at(Math.floor(k / 4)) + at(k % 4)]));
    expect(() => windowPositionIndex(3, 2)).toThrow("expected largest to be an integer from 3, got 2");
  });

  test("maskedSoftmax: lengths, masks, hidden rows", async () => {
    const scores = random([2, 2, 3], 1);
    const mask = tf.tensor([1, 0, 1, 0, 0, 0], [2, 3], "bool");
    const [byLength, byMask, uniform] = [
      maskedSoftmax(scores, [[1, 0], [3, 2]]), // prettier-ignore
      maskedSoftmax(scores, mask),
      maskedSoftmax(scores, mask, { emptyRows: "uniform" }),
    ] as [tf.Tensor, tf.Tensor, tf.Tensor];
    const sums = tf.tidy(() => [byLength, byMask, uniform].map((weights) => tf.sum(weights, -1)));
    await expectClose(sums[0] as tf.Tensor, [[1, 0], [1, 1]]); // prettier-ignore
    await expectClose(sums[1] as tf.Tensor, [[1, 0], [1, 0]]); // prettier-ignore
    await expectClose(sums[2] as tf.Tensor, [[1, 1], [1, 1]]); // prettier-ignore
    expect([...(await uniform.data()).slice(3, 6)]).toEqual([1, 1, 1].map((x) => Math.fround(x / 3)));
    await checkGradients((x) => maskedSoftmax(x, [1, 3]), [scores]);
    tf.dispose([scores, mask, byLength, byMask, uniform, ...sums]);
  });

  test("a hidden row is uniform through every door when asked", async () => {
    const [q, k, v] = [random([1, 2, 3], 1), random([1, 4, 3], 2), random([1, 4, 5], 3)];
    const [mean, pooled, kept, additive] = tf.tidy(() => {
      const mean = tf.tile(tf.mean(v, 1, true), [1, 2, 1]);
      const mask = tf.zeros([2, 4], "bool");
      const d2l = new DotProductAttention(0, 1, { emptyRows: "uniform" });
      const params = Params.initialized(1);
      const config = { queryDim: 3, keyDim: 3, hiddenDim: 2, emptyRows: "uniform" } as const;
      const additive = new AdditiveAttention(params, config).forward(q, k, v, [0]);
      params.dispose();
      return [mean, attentionPooling(q, k, v, { mask, emptyRows: "uniform" }), d2l.forward(q, k, v, [0]), additive];
    }) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    for (const output of [pooled, kept, additive]) await expectClose(output, mean);
    tf.dispose([q, k, v, mean, pooled, kept, additive]);
  });

  test("DotProductAttention and AdditiveAttention: gradients; the last weights are kept only when asked", async () => {
    const [q, k, v] = [random([4, 2, 3], 1), random([4, 3, 3], 2), random([4, 3, 2], 3)];
    const windowMask = random([2, 2, 3], 4);
    const dot = new DotProductAttention(0, 2);
    await checkGradients((a, b, c, d) => dot.forward(a, b, c, [1, 3, 2, 0], d), [q, k, v, windowMask]);
    const params = Params.initialized(3);
    const additive = new AdditiveAttention(params, { queryDim: 3, keyDim: 3, hiddenDim: 5, keepWeights: true });
    await checkGradients((a, b, c) => additive.forward(a, b, c, [1, 3, 2, 0]), [q, k, v], {
      variables: params.named(),
    });
    expect(additive.attentionWeights?.shape).toEqual([4, 2, 3]);
    expect(dot.attentionWeights).toBeUndefined();
    additive.dispose();
    expect(additive.attentionWeights).toBeUndefined();
    tf.dispose([q, k, v, windowMask]);
    params.dispose();
  });

  test("NaN is not hidden from those that see it, nor shown to those that do not", async () => {
    const scores = tf.tensor3d([1, NaN, 1, NaN], [1, 2, 2]);
    const weights = tf.tidy(() => maskedSoftmax(scores, [[2, 1]]));
    const [first, , third, fourth] = await weights.data();
    expect([first, third, fourth]).toEqual([NaN, 1, 0]);
    tf.dispose([scores, weights]);
  });

  test("assertFinite names the tensor and the place", async () => {
    const [queries, keys] = [tf.ones([1, 2]), tf.tensor3d([0, 1, 2, 3, Infinity, 5], [1, 3, 2])];
    await assertFinite({ queries });
    await expect(assertFinite({ queries, keys })).rejects.toThrow(
      "expected finite numbers in keys [1,3,2], got Infinity at [0,2,0]",
    );
    tf.dispose([queries, keys]);
  });

  test("refuses what does not fit, and leaks nothing", () =>
    expectNoLeaks(() =>
      tf.tidy(() => {
        const scores = tf.zeros<tf.Rank.R3>([2, 3, 5]);
        const mask = (...shape: number[]) => tf.ones(shape, "bool");
        const wrong = (visible: Parameters<typeof maskedSoftmax>[1]) => () => maskedSoftmax(scores, visible);
        expect(wrong([1, 6])).toThrow("validLengthMask: expected valid lengths that are integers from 0 to 5, got 6");
        expect(wrong([1, -1])).toThrow("got -1");
        expect(wrong([1, 1.5])).toThrow("got 1.5");
        expect(wrong([1, NaN])).toThrow("got NaN");
        expect(wrong([1])).toThrow("expected validLens [2] or [2, 3], got [1]");
        expect(wrong([[1, 2], [1, 2]])).toThrow("got [2, 2]"); // prettier-ignore
        expect(wrong([[1, 2, 3], [1, 2]])).toThrow("got 2 rows of different lengths"); // prettier-ignore
        // [B, K] is not [Q, K], and a rank between is neither
        expect(wrong(mask(2, 5))).toThrow(
          "expected a bool mask of [3,5], or of [2,3,5] with axes that may be 1, got bool [2,5]",
        );
        expect(wrong(mask(5))).toThrow("got bool [5]");
        expect(wrong(mask(1, 2, 3, 5))).toThrow("got bool [1,2,3,5]");
        expect(wrong(tf.ones([3, 5]))).toThrow("got float32 [3,5]");
        expect(() => maskedSoftmax(tf.zeros([3, 5]) as unknown as tf.Tensor3D)).toThrow("got [3,5]");
        const q = tf.zeros<tf.Rank.R4>([2, 4, 3, 5]);
        expect(() => scaledDotProductAttention(q, q, q, { mask: mask(4, 3, 3) })).toThrow("got bool [4,3,3]");
        expect(() => scaledDotProductAttention(q, q, q, { bias: tf.zeros([2, 3]) })).toThrow("a float32 bias of [3,3]");
        expect(() => lengthMask([4], 3)).toThrow("integers from 0 to 3, got 4");
        expect(() => slidingWindowMask(2, 2, { before: -1 })).toThrow("before to be an integer from 0, got -1");
        expect(() => blockMask([[true], []], 2)).toThrow("lengths [1, 0]");
        expect(() => segmentMask(tf.zeros([2, 3]), tf.zeros([1, 3]))).toThrow("got [2,3], [1,3]");
        expect(() => shiftedWindowMask({ height: 5, width: 4, window: 2, shift: 1 })).toThrow("got 5 x 4, window 2");
        expect(() => shiftedWindowMask({ height: 4, width: 4, window: 2, shift: 2 })).toThrow("shift 2");
        expect(() => windowsOf(tf.zeros([1, 3, 4, 1]), 2)).toThrow("got [1,3,4,1]");
        const [a, windows] = [tf.zeros<tf.Rank.R3>([4, 2, 3]), tf.zeros<tf.Rank.R3>([3, 2, 2])];
        expect(() => new DotProductAttention(0, 1).forward(a, a, a, undefined, windows)).toThrow(
          "expected windowMask [numWindows, 2, 2] with numWindows * 1 heads a divisor of 4, got [3,2,2]",
        );
      }),
    ));
});
