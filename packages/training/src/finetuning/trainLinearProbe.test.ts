import { linear } from "@qkv/ops";
import { RandomStream } from "@qkv/nn";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { trainLinearProbe } from "./trainLinearProbe.ts";

const [numClasses, width] = [3, 11];

/** Clouds around a corner for each class, as features of a model that knows such things are; small and far from 0. */
function examples(perClass: number, seed: number) {
  const random = new RandomStream(seed);
  const labels = Int32Array.from({ length: perClass * numClasses }, (_, i) => i % numClasses);
  const rows = [...labels].map((label) => {
    return Array.from({ length: width }, (_, i) => 3 + ((i % numClasses === label ? 0.6 : 0) + random.uniform()) / 50);
  });
  return { features: tf.tensor2d(rows), labels, numClasses };
}

describeBackends("trainLinearProbe", () => {
  test("learns classes from five examples each, as examples it has not seen show", async () => {
    const [known, unknown] = [examples(5, 1), examples(50, 2)];
    const steps: number[] = [];
    const head = await expectNoLeaks(() => trainLinearProbe(known, { onEvent: ({ step }) => steps.push(step) }));
    expect(steps.at(-1)).toBe(200);
    expect([...head].map(([name, { shape }]) => [name, shape])).toEqual([
      ["weight", [numClasses, width]],
      ["bias", [numClasses]],
    ]);
    const predicted = tf.tidy(() => {
      const [weight, bias] = ["weight", "bias"].map((name) => tf.tensor(head.get(name)?.data ?? []));
      const logits = linear(unknown.features, tf.reshape(weight as tf.Tensor, [numClasses, width]), bias);
      return tf.argMax(logits, 1);
    });
    const classes = await predicted.data();
    const right = unknown.labels.filter((label, i) => label === classes[i]).length;
    expect(right / unknown.labels.length).toBeGreaterThan(0.9);
    tf.dispose([known.features, unknown.features, predicted]);
  });

  test("stops when told to, and leaves nothing behind", async () => {
    const known = examples(2, 3);
    const controller = new AbortController();
    const run = () =>
      trainLinearProbe(known, { signal: controller.signal, onEvent: ({ step }) => step === 3 && controller.abort() });
    await expect(expectNoLeaks(run)).rejects.toThrow(/abort/i);
    known.features.dispose();
  });

  test("refuses labels that there are not, and other counts of them", async () => {
    const features = tf.ones([2, 3]) as tf.Tensor2D;
    await expect(trainLinearProbe({ features, labels: [0, 2], numClasses: 2 })).rejects.toThrow("[0, 2), got 2");
    await expect(trainLinearProbe({ features, labels: [0], numClasses: 2 })).rejects.toThrow("got [2,3] and 1");
    features.dispose();
  });
});
