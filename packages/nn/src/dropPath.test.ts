import { describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { dropPath } from "./dropPath.ts";
import { RandomStream } from "./randomStream.ts";

describeBackends("dropPath", () => {
  test("keeps an example whole, scaled up, or leaves it out whole", async () => {
    const x = tf.ones<tf.Rank.R3>([64, 3, 5]);
    const y = dropPath(x, 0.25, new RandomStream(1));
    const values = await y.data();
    const firsts = Array.from({ length: 64 }, (_, example) => values[example * 15] ?? NaN);
    for (let i = 0; i < values.length; i++) expect(values[i]).toBe(firsts[Math.floor(i / 15)]);
    const kept = firsts.filter((value) => value !== 0);
    await expectClose(kept, kept.map(() => 4 / 3)); // prettier-ignore
    expect(kept.length).toBeGreaterThan(36);
    expect(kept.length).toBeLessThan(60);
    tf.dispose([x, y]);
  });

  test("does nothing without a stream", async () => {
    const x = tf.ones([2, 3]);
    const y = dropPath(x, 0.9, undefined);
    await expectClose(y, x);
    tf.dispose([x, y]);
  });
});
