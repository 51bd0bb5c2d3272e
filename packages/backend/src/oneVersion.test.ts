import * as tf from "@tensorflow/tfjs-core";
import { afterEach, expect, test } from "vitest";
import { initBackend } from "./initBackend.ts";

const STARTED = Symbol.for("@qkv/backend");
const page = globalThis as { [STARTED]?: string };

afterEach(() => {
  delete page[STARTED];
});

test("a second version in a page is told of the first, which goes on as it was", async () => {
  await initBackend("cpu");
  const own = page[STARTED];
  expect(own).toMatch(/^\d+\.\d+\.\d+/);
  const x = tf.tensor([1, 2]);

  page[STARTED] = "0.0.7";
  await expect(initBackend("wasm")).rejects.toThrow(
    `initBackend: expected one version of @qkv/backend, got ${own} beside 0.0.7, which runs already on the same engine; npm ls`,
  );
  expect(tf.getBackend()).toBe("cpu");
  expect([...(await x.data())]).toEqual([1, 2]);
  x.dispose();
});

test("the same version twice is no matter", async () => {
  await initBackend("cpu");
  await expect(initBackend("cpu")).resolves.toMatchObject({ name: "cpu" });
});
