import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { initBackend } from "@qkv/backend";
import { expectClose } from "./expectClose.ts";
import { toleranceOf, TOLERANCES } from "./tolerance.ts";

beforeAll(() => initBackend("cpu"));

test("accepts what is within the tolerance, in every form", async () => {
  const tensor = tf.tensor2d([[1, 2, 3]]);
  await expectClose(tensor, [[1, 2, 3.000001]]);
  await expectClose(tensor, { shape: [1, 3], data: [1, 2, 3] });
  await expectClose(Float32Array.of(1, Infinity), [1, Infinity]);
  await expectClose(0.5, 0.5);
  await expectClose([[true], [false]], [[1], [0]]);
  await expectClose([100], [101], { rtol: 0.01 });
  await expectClose([], []);
  tensor.dispose();
});

test.each([
  ["shapes", [[1, 2]], [1, 2], "expected shape [2], got [1,2]"],
  ["the worst element", [1, 2.5, 4], [1, 2, 3], "expected 3 at [2], got 4 (2 of 3 elements of shape [3] are beyond"],
  [
    "its place",
    [
      [1, 2],
      [3, 5],
    ],
    [
      [1, 2],
      [3, 4],
    ],
    "expected 4 at [1,1], got 5",
  ],
  ["NaN for a number", [NaN], [1], "expected 1 at [0], got NaN"],
  ["NaN for NaN", [NaN], [NaN], "expected NaN at [0], got NaN"],
  ["NaN for Infinity", [NaN], [Infinity], "expected Infinity at [0], got NaN"],
  ["the wrong infinity", [-Infinity], [Infinity], "expected Infinity at [0], got -Infinity"],
  ["a number for Infinity", [3e38], [Infinity], "expected Infinity at [0], got 3e+38"],
  ["a small error beside zero", [0.0009], [0], "expected 0 at [0], got 0.0009"],
])("names %s", async (_case, actual, expected, message) => {
  await expect(expectClose(actual, expected)).rejects.toThrow(message);
});

test("tolerates nothing when told so", async () => {
  await expectClose([1], [1], { atol: 0, rtol: 0 });
  await expect(expectClose([1 + 1e-9], [1], { atol: 0, rtol: 0 })).rejects.toThrow("expected 1 at [0]");
});

test("knows a tolerance for every backend", () => {
  expect(toleranceOf("cpu")).toBe(TOLERANCES["cpu"]);
  expect(toleranceOf("somebody's own").atol).toBeGreaterThan(0);
});
