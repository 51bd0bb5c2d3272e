import { tensorFromParts, type TensorPart } from "@qkv/ops";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

async function* partsOf(...parts: number[][]): AsyncGenerator<TensorPart> {
  for (const part of parts) {
    await Promise.resolve();
    yield { length: part.length, fill: (into) => into.set(part) };
  }
}

describeBackends("tensorFromParts", () => {
  test("puts each part behind the one before", async () => {
    const x = await tensorFromParts([2, 3], partsOf([1, 2], [], [3], [4, 5, 6]));
    expect([x.shape, x.dtype, [...(await x.data())]]).toEqual([[2, 3], "float32", [1, 2, 3, 4, 5, 6]]);
    const sum = tf.sum(x);
    expect([...(await sum.data())]).toEqual([21]);
    tf.dispose([x, sum]);
  });

  test("of nothing and of a number", async () => {
    const [none, one] = [await tensorFromParts([0, 3], partsOf()), await tensorFromParts([], partsOf([7]))];
    expect([none.shape, one.shape, [...(await one.data())]]).toEqual([[0, 3], [], [7]]);
    tf.dispose([none, one]);
  });

  test("too few, too many or a fault leave no tensor and write nothing elsewhere", async () => {
    async function* torn(): AsyncGenerator<TensorPart> {
      yield* partsOf([1]);
      throw new Error("torn");
    }
    await expectNoLeaks(async () => {
      await expect(tensorFromParts([2], partsOf([1]))).rejects.toThrow("expected 2 elements for [2], got 1");
      await expect(tensorFromParts([2], partsOf([1], [2, 3]))).rejects.toThrow("expected 2 elements for [2], got 3");
      await expect(tensorFromParts([2], torn())).rejects.toThrow("torn");
    });
  });
});
