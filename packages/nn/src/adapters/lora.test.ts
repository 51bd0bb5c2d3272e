import { denseOf } from "@qkv/ops";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { loadCheckpoint, readState } from "../checkpoint/checkpoint.ts";
import { Embedding } from "../embedding.ts";
import { GRU } from "../gru.ts";
import { normal } from "../initializers.ts";
import { LayerNorm } from "../layerNorm.ts";
import { Linear } from "../linear.ts";
import { Params } from "../params.ts";
import { addLora, mergeLora, removeLora } from "./lora.ts";

class Small {
  readonly embedding: Embedding;
  readonly layers: readonly Linear[];
  readonly norm: LayerNorm;

  constructor(params: Params) {
    this.embedding = new Embedding(params.at("embedding"), 7, 6);
    this.layers = [0, 1].map((i) => new Linear(params.at("layers", i), 6, 6));
    this.norm = new LayerNorm(params.at("norm"), 6, { eps: 1e-5 });
  }

  forward(ids: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      let x = this.embedding.forward(ids);
      for (const layer of this.layers) x = this.norm.forward(layer.forward(x, "gelu"));
      return x;
    });
  }
}

/** A model, and random values in both sides of its adapters. */
function small(options?: Parameters<typeof addLora>[2]) {
  const [params, adapters] = [Params.initialized(1), Params.initialized(2)];
  const model = new Small(params);
  const ids = tf.tensor2d([[1, 6, 0]], [1, 3], "int32");
  const names = options && addLora(params, adapters, options);
  if (options) for (const b of adapters.named().values()) tf.tidy(() => b.assign(normal(0.5)(b.shape, b.size)));
  const dispose = () => {
    params.dispose();
    adapters.dispose();
    ids.dispose();
  };
  return { params, adapters, model, ids, names, [Symbol.dispose]: dispose };
}

describeBackends("LoRA", () => {
  test("changes nothing at first, and adapts every matrix and nothing else", () =>
    expectNoLeaks(async () => {
      using it = small();
      const before = it.model.forward(it.ids);
      expect(addLora(it.params, it.adapters, { rank: 2 })).toEqual(["layers.0.weight", "layers.1.weight"]);
      const after = it.model.forward(it.ids);
      expect(await after.data()).toEqual(await before.data());
      expect(Object.fromEntries([...it.adapters.named()].map(([name, { shape }]) => [name, shape]))).toEqual({
        ...{ "layers.0.weight.adapter.a": [2, 6], "layers.0.weight.adapter.b": [6, 2] },
        ...{ "layers.1.weight.adapter.a": [2, 6], "layers.1.weight.adapter.b": [6, 2] },
      });
      expect([...it.params.named().keys()].some((name) => name.includes("adapter"))).toBe(false);
      tf.dispose([before, after]);
    }));

  test.each([{ rank: 3, alpha: 6 }, { rank: 2 }, { rank: 1, alpha: 0.5, targets: ["embedding", "layers.1"] }])(
    "computes W + alpha / rank * B A, merged or not: %j",
    (options) =>
      expectNoLeaks(async () => {
        using it = small(options);
        using plain = small();
        const adapted = it.model.forward(it.ids);
        tf.tidy(() => {
          for (const name of it.names ?? []) {
            const [a, b] = ["a", "b"].map((side) => it.adapters.named().get(`${name}.adapter.${side}`) as tf.Tensor2D);
            const update = tf.mul(tf.matMul(b as tf.Tensor, a as tf.Tensor), (options.alpha ?? 2) / options.rank);
            const weight = plain.params.named().get(name) as tf.Variable;
            weight.assign(tf.add(weight, update));
          }
        });
        const dense = plain.model.forward(plain.ids);
        await expectClose(adapted, dense, { atol: 1e-6, rtol: 1e-6 });
        mergeLora(it.params);
        const merged = it.model.forward(it.ids);
        expect(await merged.data()).toEqual(await dense.data());
        expect([...it.params.weights().values()].every(({ adapter }) => adapter === undefined)).toBe(true);
        tf.dispose([adapted, dense, merged]);
      }),
  );

  test("is taken off again, and can be put on by another scope", () =>
    expectNoLeaks(async () => {
      using it = small({ rank: 2, targets: ["layers.0"] });
      using plain = small();
      const adapted = it.model.forward(it.ids);
      removeLora(it.params);
      const [removed, before] = [it.model.forward(it.ids), plain.model.forward(plain.ids)];
      expect(await removed.data()).toEqual(await before.data());
      expect(await adapted.data()).not.toEqual(await before.data());
      const other = Params.initialized(3);
      addLora(it.params.at("layers", 1), other, { rank: 1 });
      expect([...other.named().keys()]).toEqual(["layers.1.weight.adapter.a", "layers.1.weight.adapter.b"]);
      removeLora(it.params);
      other.dispose();
      tf.dispose([adapted, removed, before]);
    }));

  test("learns with its base frozen", () =>
    expectNoLeaks(async () => {
      using it = small();
      addLora(it.params, it.adapters, { rank: 2 });
      const frozen = await Promise.all([...it.params.named().values()].map((variable) => variable.data()));
      const cost = () =>
        tf.tidy(() => tf.mean(tf.square(tf.sub(it.model.forward(it.ids), [1, -1, 1, -1, 1, -1]))) as tf.Scalar);
      const costs: number[] = [];
      for (let step = 0; step < 8; step++) {
        const { value, grads } = tf.variableGrads(cost, [...it.adapters.named().values()]);
        costs.push((await value.data())[0] ?? NaN);
        for (const variable of it.adapters.named().values()) {
          tf.tidy(() => variable.assign(tf.sub(variable, tf.mul(grads[variable.name] as tf.Tensor, 0.5))));
        }
        tf.dispose([value, grads]);
      }
      expect(costs.at(-1)).toBeLessThan((costs[0] ?? 0) * 0.97);
      const after = await Promise.all([...it.params.named().values()].map((variable) => variable.data()));
      expect(after).toEqual(frozen);
    }));

  test("is saved and opened by itself; its base is not saved without it", () =>
    expectNoLeaks(async () => {
      using it = small({ rank: 2, alpha: 3 });
      using opened = small();
      const names = { "layers.*.weight.adapter.a": "*.lora_A", "layers.*.weight.adapter.b": "*.lora_B" };
      const state = await readState(it.adapters, names);
      expect([...state.keys()]).toEqual(["0.lora_A", "0.lora_B", "1.lora_A", "1.lora_B"]);
      const { adapters } = loadCheckpoint(state, names, (adapters) => {
        addLora(opened.params, adapters, { rank: 2, alpha: 3 });
        return { adapters };
      });
      const [expected, actual] = [it.model.forward(it.ids), opened.model.forward(opened.ids)];
      expect(await actual.data()).toEqual(await expected.data());
      const table = { "embedding.weight": "e", "layers.*.weight": "*.w", "layers.*.bias": "*.b" };
      await expect(readState(it.params, { ...table, "norm.weight": "n", "norm.bias": "o" })).rejects.toThrow(
        "readState: expected weights without adapters, got one of layers.0.weight: fold it in with mergeLora",
      );
      adapters.dispose();
      tf.dispose([expected, actual]);
    }));

  test("refuses what it cannot adapt, and then adapts nothing", () =>
    expectNoLeaks(() => {
      using it = small();
      const add = (options: object) => () => addLora(it.params, it.adapters, options as never);
      expect(add({ rank: 0 })).toThrow("addLora: expected rank from 1, got 0");
      expect(add({ rank: 2, alpha: NaN })).toThrow("addLora: expected alpha to be a finite number, got NaN");
      expect(add({ r: 2 })).toThrow(/addLora: expected rank, alpha, .* got r/);
      expect(add({ rank: 2, targets: "layers.0" })).toThrow("addLora: expected targets to be an array, got a string");
      expect(add({ rank: 2, targets: ["layers.0", "norm"] })).toThrow("a matrix or a table of vectors, got norm");
      expect(add({ rank: 2, targets: ["ayers.0"] })).toThrow("got ayers.0");
      expect(() => addLora(it.params.at("norm"), it.adapters, { rank: 2 })).toThrow("a scope with a matrix, got none");
      expect(it.adapters.named().size).toBe(0);
      addLora(it.params, it.adapters, { rank: 2, targets: ["layers.1"] });
      expect(add({ rank: 2 })).toThrow("addLora: expected no adapter yet, got one of layers.1.weight");
      expect([...it.params.weights().values()].filter(({ adapter }) => adapter !== undefined)).toHaveLength(1);
    }));

  test("adapts maps inside other modules, by the last steps of their paths", () =>
    expectNoLeaks(async () => {
      const [params, adapters] = [Params.initialized(1), Params.initialized(2)];
      const gru = new GRU(params, { inputDim: 3, hiddenDim: 4, numLayers: 2 });
      const targets = ["hiddenProj", "1.inputProj.weight"];
      const names = addLora(params, adapters, { rank: 2, targets, init: normal(1) });
      expect(names).toEqual(["layers.0.hiddenProj.weight", "layers.1.hiddenProj.weight", "layers.1.inputProj.weight"]);
      const [first] = adapters.named().values();
      const again = Params.initialized(2)
        .at(names[0] ?? "", "adapter")
        .matrix<tf.Rank.R2>("a", [2, 4], normal(1));
      expect(await first?.data()).toEqual(await again.parts.data.data());
      for (const b of adapters.named().values()) tf.tidy(() => b.assign(normal(1)(b.shape, b.size)));
      const x = tf.randomNormal<tf.Rank.R3>([2, 3, 3], 0, 1, "float32", 1);
      const adapted = gru.forward(x);
      const dense = [...params.weights()].map(([name, weight]) => [name, denseOf(weight)] as const);
      removeLora(params);
      for (const [name, value] of dense) params.named().get(name)?.assign(value);
      const expected = gru.forward(x);
      await expectClose(adapted.output, expected.output, { atol: 1e-6, rtol: 1e-5 });
      tf.dispose([again.parts.data, x, adapted.output, [...adapted.state], expected.output, [...expected.state]]);
      tf.dispose(dense.map(([, value]) => value));
      params.dispose();
      adapters.dispose();
    }));
});
