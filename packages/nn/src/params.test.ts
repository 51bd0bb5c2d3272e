import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { Params, ParamShapeError } from "./params.ts";

beforeAll(() => initBackend("cpu"));

const uniform = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);

describe("Params", () => {
  test("names a parameter by its path and hands out one variable for one name", () => {
    const params = Params.initialized();
    const weight = params.at("layers", 0).get("weight", [2, 3]);
    expect(params.at("layers").at(0).get("weight", [2, 3])).toBe(weight);
    expect([...params.named().keys()]).toEqual(["layers.0.weight"]);
    params.dispose();
  });

  test("starts a parameter from the seed and its name, whatever the order", async () => {
    const [a, b, other] = [Params.initialized(1), Params.initialized(1), Params.initialized(2)];
    const first = await a.get("x", [5], uniform).data();
    b.get("y", [3], uniform);
    expect(await b.get("x", [5], uniform).data()).toEqual(first);
    expect(await a.get("z", [5], uniform).data()).not.toEqual(first);
    expect(await other.get("x", [5], uniform).data()).not.toEqual(first);
    for (const params of [a, b, other]) params.dispose();
  });

  test("outlives the tidy it is made in, and leaves nothing once disposed of", () =>
    expectNoLeaks(() => {
      const params = Params.initialized();
      const weight = tf.tidy(() => params.get("weight", [2]));
      expect(weight.isDisposed).toBe(false);
      params.dispose();
      expect(weight.isDisposed).toBe(true);
    }));

  test.each([
    [["3"], /x: expected sizes that are integers from 0, got \["3"\]/],
    [[2, undefined], /got \[2, undefined\]/],
    [[Number.NaN], /got \[NaN\]/],
    [[1.5], /got \[1.5\]/],
    [[-1], /got \[-1\]/],
  ])("refuses a shape that no tensor can have: %j", (shape, message) => {
    const params = Params.initialized();
    expect(() => params.get("x", shape as number[])).toThrow(message);
    expect([...params.named()]).toEqual([]);
  });

  test("trains parameters and not buffers", () => {
    const params = Params.initialized();
    expect(params.get("weight", [1]).trainable).toBe(true);
    expect(params.buffer("count", [1]).trainable).toBe(false);
    params.dispose();
  });

  test("refuses a value of another shape, and keeps nothing of it", () =>
    expectNoLeaks(() => {
      const params = Params.from(() => tf.zeros([8]));
      expect(() => params.get("bias", [7])).toThrow(new ParamShapeError("bias", [7], [8]));
      expect(() => params.get("bias", [7])).toThrow("bias: expected shape [7], got [8]");
    }));
});
