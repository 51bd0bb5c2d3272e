import { RandomStream } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { symmetricBeta } from "./draws.ts";
import { cutmix, type LabelledBatch, mixup } from "./mix.ts";
import { mixedCrossEntropy } from "./mixedCrossEntropy.ts";

// Every value of image i is i, so that a mixed one tells what it is made of.
const shape = [7, 2, 5, 11] as const;
const size = 2 * 5 * 11;
const batch: LabelledBatch = {
  data: Float32Array.from({ length: 7 * size }, (_, i) => Math.floor(i / size)),
  shape,
  labels: Int32Array.from({ length: 7 }, (_, i) => 10 + i),
};
const seeds = Array.from({ length: 200 }, (_, seed) => seed);
const imagesOf = (data: Float32Array) => Array.from({ length: 7 }, (_, i) => data.subarray(i * size, (i + 1) * size));

test("mixup blends each image with another in the share of their labels", () => {
  for (const seed of seeds) {
    const { data, labels, otherLabels, share } = mixup(batch, 0.8, new RandomStream(seed));
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
    imagesOf(data).forEach((image, i) => {
      expect(labels[i]).toBe(10 + i);
      const blended = share * i + (1 - share) * ((otherLabels[i] ?? 0) - 10);
      for (const value of image) expect(value).toBeCloseTo(blended, 5);
    });
    expect([...otherLabels].sort()).toEqual([...labels]);
  }
});

test("cutmix counts a label by the area of the image that shows it, the same rectangle in every channel", () => {
  const shares = seeds.map((seed) => {
    const { data, otherLabels, share } = cutmix(batch, 1, new RandomStream(seed));
    imagesOf(data).forEach((image, i) => {
      const other = (otherLabels[i] ?? 0) - 10;
      const own = image.filter((value) => value === i).length / size;
      if (other === i) expect(own).toBe(1);
      else expect(own).toBeCloseTo(share, 6);
      expect(image.every((value) => value === i || value === other)).toBe(true);
      expect([...image.subarray(0, 55)]).toEqual([...image.subarray(55)]);
      const cut = [...image.subarray(0, 55).keys()].filter((at) => image[at] !== i);
      if (other !== i) {
        const [columns, rows] = [new Set(cut.map((at) => at % 11)).size, new Set(cut.map((at) => at - (at % 11))).size];
        expect(cut).toHaveLength(columns * rows);
      }
    });
    return share;
  });
  expect(new Set(shares).size).toBeGreaterThan(10);
});

test.each([mixup, cutmix])("%o is the same for the same seed, and leaves its batch alone", (mix) => {
  const before = batch.data.slice();
  expect(mix(batch, 1, new RandomStream(5))).toEqual(mix(batch, 1, new RandomStream(5)));
  expect(mix(batch, 1, new RandomStream(5))).not.toEqual(mix(batch, 1, new RandomStream(6)));
  expect(batch.data).toEqual(before);
});

test.each([0.2, 1, 3])("the share is drawn from Beta(%f, same): its mean and variance", (alpha) => {
  const random = new RandomStream(1);
  const draws = Array.from({ length: 20_000 }, () => symmetricBeta(alpha, random));
  const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
  expect(mean).toBeCloseTo(0.5, 2); // the mean's own deviation is below 0.003
  expect(variance).toBeCloseTo(1 / (4 * (2 * alpha + 1)), 2);
});

describeBackends("the cross-entropy of mixed labels", () => {
  const mixed = { labels: Int32Array.of(2, 0), otherLabels: Int32Array.of(1, 0), share: 0.7 };
  const logits = () => tf.tensor2d([0.3, -1.2, 2, 0.1, 0.4, -0.5], [2, 3]);

  test("is that of the soft target: shares that sum to one, each smoothed", async () => {
    const smoothing = 0.1;
    const target = [
      [0, 0.3, 0.7],
      [1, 0, 0],
    ].map((row) => row.map((share) => (1 - smoothing) * share + smoothing / 3));
    for (const row of target) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    const [expected, actual] = tf.tidy(() => [
      tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits()), tf.tensor2d(target)), 1))),
      mixedCrossEntropy(logits(), mixed, { labelSmoothing: smoothing }),
    ]);
    await expectClose(actual as tf.Tensor, expected as tf.Tensor);
    tf.dispose([expected, actual]);
  });

  test("has its gradient, and leaks nothing", async () => {
    const x = logits();
    await checkGradients((x) => mixedCrossEntropy(x as tf.Tensor2D, mixed), [x]);
    await expectNoLeaks(() => mixedCrossEntropy(x, mixed).dispose());
    x.dispose();
  });
});
