import { initBackend } from "@qkv/backend";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { expectNoLeaks } from "./expectNoLeaks.ts";

beforeAll(() => initBackend("cpu"));

test("hands on the result of work that is tidy", async () => {
  expect(await expectNoLeaks(() => tf.tidy(() => tf.ones([3]).shape))).toEqual([3]);
});

test("fails on a tensor left behind, in success and in failure", async () => {
  const left: tf.Tensor[] = [];
  await expect(expectNoLeaks(() => void left.push(tf.ones([3])))).rejects.toThrow(
    "expected 0 tensors when all is done, got 1",
  );
  const failing = async () => {
    left.push(tf.ones([3]));
    throw new Error("hidden");
  };
  await expect(expectNoLeaks(failing)).rejects.toThrow("expected 1 tensors after Error: hidden, got 2");
  tf.dispose(left);
});

test("lets an error of tidy work through", async () => {
  await expect(expectNoLeaks(() => Promise.reject(new Error("its own")))).rejects.toThrow("its own");
});
