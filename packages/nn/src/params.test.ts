import { initBackend } from "@qkv/backend";
import { expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { ones } from "./initializers.ts";
import { Params, ParamShapeError } from "./params.ts";

beforeAll(() => initBackend("cpu"));

const uniform = (shape: number[], seed: number) => tf.randomUniform(shape, -1, 1, "float32", seed);

describe("Params", () => {
  test("names a parameter by its path and hands out one variable for one name", () => {
    const params = Params.initialized();
    const weight = params.at("layers", 0).matrix("weight", [2, 3], ones);
    expect(params.at("layers").at(0).matrix("weight", [2, 3], ones)).toBe(weight);
    expect([...params.named().keys()]).toEqual(["layers.0.weight"]);
    params.dispose();
  });

  test("starts a parameter from the seed and its name, whatever the order", async () => {
    const [a, b, other] = [Params.initialized(1), Params.initialized(1), Params.initialized(2)];
    const first = await a.bias("x", [5], uniform).data();
    b.bias("y", [3], uniform);
    expect(await b.bias("x", [5], uniform).data()).toEqual(first);
    expect(await a.bias("z", [5], uniform).data()).not.toEqual(first);
    expect(await other.bias("x", [5], uniform).data()).not.toEqual(first);
    for (const params of [a, b, other]) params.dispose();
  });

  test("outlives the tidy it is made in, and leaves nothing once disposed of", () =>
    expectNoLeaks(() => {
      const params = Params.initialized();
      const weight = tf.tidy(() => params.norm("weight", [2]));
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
    expect(() => params.bias("x", shape as number[])).toThrow(message);
    expect([...params.named()]).toEqual([]);
  });

  test("packs a matrix in place, for every module that borrowed it, and keeps the rest from it", () =>
    expectNoLeaks(() => {
      const params = Params.initialized();
      const weight = params.at("map").matrix<tf.Rank.R2>("weight", [2, 4], ones);
      params.at("map").bias("bias", [2]);
      const words = (rows = 2) => ({
        shape: [rows, 4] as const,
        format: "f16" as const,
        data: tf.ones([4], "int32") as tf.Tensor1D,
      });
      const { data } = weight.parts;
      params.pack("map.weight", words());
      expect(params.at("map").matrix("weight", [2, 4], ones)).toBe(weight);
      expect([weight.format, weight.parts.data.dtype, data.isDisposed]).toEqual(["f16", "int32", true]);
      expect(() => params.pack("map.bias", words())).toThrow(
        "Params.pack: expected the name of a matrix or a table, got bias map.bias",
      );
      expect(() => params.pack("map.weights", words())).toThrow("a matrix or a table, got map.weights");
      expect(() => params.pack("map.weight", words(3))).toThrow("map.weight: expected shape [2,4], got [3,4]");
      params.dispose();
    }));

  test("tells parameters apart by kind, in their order, and keeps to it", () => {
    const params = Params.initialized();
    const [table, line] = [params.at("table"), params.at("line")];
    table.embedding("weight", [2, 3], ones);
    line.matrix("weight", [3, 3], ones);
    line.bias("bias", [3]);
    line.at("norm").norm("weight", [3]);
    line.scale("width", [1], ones);
    line.buffer("count", []);
    expect(Object.fromEntries(params.kinds())).toEqual({
      ...{ "table.weight": "embedding", "line.weight": "matrix", "line.bias": "bias", "line.norm.weight": "norm" },
      ...{ "line.width": "scale", "line.count": "buffer" },
    });
    expect([...params.named("bias", "matrix").keys()]).toEqual(["line.weight", "line.bias"]);
    expect(params.named("norm").get("line.norm.weight")?.dataSync()).toEqual(Float32Array.of(1, 1, 1));
    expect([...table.kinds().keys()]).toEqual(["table.weight"]);
    expect([...params.named("buffer").values()].map(({ trainable }) => trainable)).toEqual([false]);
    expect(() => line.norm("weight", [3])).toThrow("line.weight: expected the kind matrix again, got norm");
    params.dispose();
    expect(params.kinds().size).toBe(0);
  });

  test("tells its source the kind", () => {
    const asked: string[] = [];
    const params = Params.from((name, shape, init, kind) => {
      asked.push(`${name} ${kind}`);
      return init(shape, 0);
    });
    params.at("line").matrix("weight", [1, 1], ones);
    params.bias("bias", [1]);
    expect(asked).toEqual(["line.weight matrix", "bias bias"]);
    params.dispose();
  });

  test("trains parameters and not buffers", () => {
    const params = Params.initialized();
    expect(params.norm("weight", [1]).trainable).toBe(true);
    expect(params.buffer("count", [1]).trainable).toBe(false);
    params.dispose();
  });

  test("refuses a value of another shape, and keeps nothing of it", () =>
    expectNoLeaks(() => {
      const params = Params.from(() => tf.zeros([8]));
      expect(() => params.bias("bias", [7])).toThrow(new ParamShapeError("bias", [7], [8]));
      expect(() => params.bias("bias", [7])).toThrow("bias: expected shape [7], got [8]");
    }));
});
