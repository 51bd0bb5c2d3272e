import { denseOf, type LowRankAdapter, packHalves, type Weight } from "@qkv/ops";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { Embedding } from "../embedding.ts";
import { normal } from "../initializers.ts";
import { Linear } from "../linear.ts";
import { dropout } from "../dropout.ts";
import { Params } from "../params.ts";
import { RandomStream } from "../randomStream.ts";
import { Adapter } from "./adapter.ts";

const I = 32;

/** A map of 32 to 3 and an adapter of it, with lengths of rows or without. */
function adapted({ magnitude = false, rows = 3, dropout = 0 } = {}) {
  const [params, own] = [Params.initialized(1), Params.initialized(2)];
  const model = new Linear(params.at("map"), I, rows, { init: normal(1) });
  const matrix = (name: string, shape: number[]) => own.matrix<tf.Rank>(name, shape, normal(1)).parts.data;
  const update: LowRankAdapter = {
    ...{ a: matrix("a", [2, I]), b: matrix("b", [rows, 2]), scale: 0.7 },
    ...(magnitude && { magnitude: matrix("magnitude", [rows]) }),
  };
  const bias = own.bias("value", [rows], normal(1));
  const adapter = new Adapter(params, {
    params: own,
    updates: new Map([["map.weight", update]]),
    replaced: new Map([["map.bias", bias]]),
    dropout,
  });
  const dispose = () => {
    adapter.dispose();
    params.dispose();
  };
  return { params, model, adapter, update, bias, [Symbol.dispose]: dispose };
}

/** Gradients of a sum of squares by the variables, and its value. */
function gradientsOf(y: () => tf.Tensor, variables: readonly tf.Tensor[]): tf.Tensor[] {
  return tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => tf.sum(tf.square(y())), variables as tf.Variable[]);
    return [value, ...variables.map((variable) => grads[(variable as tf.Variable).name] as tf.Tensor)];
  });
}

describeBackends("Adapter", () => {
  test("is put on and taken off, numbers in the place of the model's with it", () =>
    expectNoLeaks(async () => {
      using it = adapted();
      const x = tf.randomNormal([4, I], 0, 1, "float32", 3);
      const [before, bias] = [it.model.forward(x), await it.bias.data()];
      it.adapter.attach();
      it.adapter.attach();
      const on = it.model.forward(x);
      const [weight] = it.params.weights().values();
      const expected = tf.tidy(() =>
        tf.add(tf.matMul(x as tf.Tensor2D, denseOf(weight as Weight) as tf.Tensor2D, false, true), bias),
      );
      await expectClose(on, expected, { atol: 1e-4, rtol: 1e-4 }); // sums of 32 products, in another order
      expect([...it.adapter.named().keys()]).toEqual(["a", "b", "map.bias"]);
      expect(await it.adapter.replacements().get("map.bias")?.data()).toEqual(bias);
      const other = new Adapter(it.params, {
        params: Params.initialized(1),
        updates: new Map([["map.weight", it.update]]),
      });
      expect(() => other.attach()).toThrow("Adapter.attach: expected no adapter yet, got one of map.weight");
      it.adapter.detach();
      const after = it.model.forward(x);
      expect(await after.data()).toEqual(await before.data());
      expect(await it.adapter.replacements().get("map.bias")?.data()).toEqual(bias);
      tf.dispose([x, before, on, expected, after]);
    }));

  test.each([1, 2])(
    "with lengths of rows, it is W + s B A at those lengths, which are constants to gradients: %j",
    (seed) =>
      expectNoLeaks(async () => {
        using it = adapted({ magnitude: true });
        it.adapter.attach();
        const { a, b, scale, magnitude } = it.update as Required<LowRankAdapter>;
        const w = it.model.weight.parts.data;
        const x = tf.randomNormal<tf.Rank.R2>([4, I], 0, 1, "float32", seed);
        const sum = () => tf.add(w, tf.mul(tf.matMul(b as tf.Tensor2D, a as tf.Tensor2D), scale));
        const lengths = tf.tidy(() => tf.sqrt(tf.sum(tf.square(sum()), 1)));
        const dense = () => tf.mul(sum(), tf.expandDims(tf.div(magnitude as tf.Tensor, lengths), 1));
        const expected = gradientsOf(
          () => tf.add(tf.matMul(x, dense() as tf.Tensor2D, false, true), it.model.bias as tf.Tensor),
          [a, b, magnitude as tf.Tensor],
        );
        const actual = gradientsOf(() => it.model.forward(x), [a, b, magnitude as tf.Tensor]);
        for (const [i, each] of actual.entries())
          await expectClose(each, expected[i] as tf.Tensor, { atol: 1e-3, rtol: 1e-3 });
        const folded = denseOf(it.model.weight);
        const by = tf.tidy(dense);
        await expectClose(folded, by, { atol: 1e-5, rtol: 1e-5 });
        tf.dispose([x, lengths, expected, actual, folded, by]);
      }),
  );

  test("learns over a packed weight: its gradients are finite differences, with lengths of rows those of its numbers", () =>
    expectNoLeaks(async () => {
      using it = adapted({ rows: 4 });
      using long = adapted({ rows: 4, magnitude: true });
      const halves = new Uint16Array(4 * I).map((_, i) => 0x3f80 + ((i * 37) % 64) + (i % 2) * 0x8000); // 1 to 1.5 in bfloat16
      for (const { params, adapter } of [it, long]) {
        params.pack("map.weight", packHalves("bf16", halves, [4, I]));
        adapter.attach();
      }
      const x = tf.randomNormal<tf.Rank.R2>([2, I], 0, 0.3, "float32", 4);
      const variables = new Map(["a", "b"].map((name) => [name, it.adapter.named().get(name) as tf.Variable]));
      await checkGradients((input) => it.model.forward(input), [x], { variables });
      const magnitude = long.update.magnitude as tf.Tensor;
      const y = () => tf.add(tf.matMul(x, denseOf(long.model.weight), false, true), long.model.bias as tf.Tensor);
      const [packed, dense] = [gradientsOf(() => long.model.forward(x), [magnitude]), gradientsOf(y, [magnitude])];
      for (const [i, each] of packed.entries())
        await expectClose(each, dense[i] as tf.Tensor, { atol: 1e-3, rtol: 1e-3 });
      tf.dispose([x, packed, dense]);
    }));

  // As in PEFT: with lengths, all that is added to W x is of what is left of x.
  test.each([false, true])("drops of its input in a pass of training alone, with lengths of rows: %s", (magnitude) =>
    expectNoLeaks(async () => {
      using it = adapted({ magnitude, dropout: 0.5 });
      it.adapter.attach();
      const { a, b, scale, magnitude: lengths } = it.update;
      const x = tf.randomNormal<tf.Rank.R2>([4, I], 0, 1, "float32", 3);
      const [w, bias] = [it.model.weight.parts.data as tf.Tensor2D, it.model.bias as tf.Tensor];
      const y = it.adapter.withDropout(new RandomStream(7), () => it.model.forward(x));
      const expected = tf.tidy(() => {
        const left = dropout(x, 0.5, new RandomStream(new RandomStream(7).next()).fork(0));
        const update = tf.mul(
          tf.matMul(tf.matMul(left, a as tf.Tensor2D, false, true), b as tf.Tensor2D, false, true),
          scale,
        );
        const own = tf.add(tf.matMul(x, w, false, true), bias);
        if (lengths === undefined) return tf.add(own, update);
        const sum = tf.add(w, tf.mul(tf.matMul(b as tf.Tensor2D, a as tf.Tensor2D), scale));
        const factors = tf.div(lengths, tf.sqrt(tf.sum(tf.square(sum), 1)));
        const more = tf.mul(tf.matMul(left, w, false, true), tf.sub(factors, 1));
        return tf.add(own, tf.add(more, tf.mul(update, factors)));
      });
      await expectClose(y, expected, { atol: 1e-4, rtol: 1e-4 });

      const [plain, without] = [it.model.forward(x), it.adapter.withDropout(undefined, () => it.model.forward(x))];
      expect(await without.data()).toEqual(await plain.data());
      expect(await y.data()).not.toEqual(await plain.data());
      const fails = () => {
        throw new Error("a pass that fails");
      };
      expect(() => it.adapter.withDropout(new RandomStream(7), fails)).toThrow("a pass that fails");
      const after = it.model.forward(x);
      expect(await after.data()).toEqual(await plain.data());
      tf.dispose([x, y, expected, plain, without, after]);
    }),
  );

  test("drops the same of what several maps with one A read", () =>
    expectNoLeaks(async () => {
      const [params, own] = [Params.initialized(1), Params.initialized(2)];
      const maps = ["q", "k"].map((name) => new Linear(params.at(name), I, 3, { init: () => tf.zeros([3, I]) }));
      const matrix = (name: string, shape: number[]) => own.matrix<tf.Rank>(name, shape, normal(1)).parts.data;
      const shared = { a: matrix("a", [2, I]), b: matrix("b", [3, 2]), scale: 1 };
      const updates = new Map(["q", "k"].map((name) => [`${name}.weight`, { ...shared }]));
      const adapter = new Adapter(params, { params: own, updates, dropout: 0.5 });
      adapter.attach();
      const x = tf.randomNormal([2, I], 0, 1, "float32", 5);
      const random = new RandomStream(1);
      const pass = () => adapter.withDropout(random, () => maps.map((map) => map.forward(x)));
      const [first, second] = [pass(), pass()];
      const [[q, k], [next]] = (await Promise.all(
        [first, second].map((ys) => Promise.all(ys.map((y) => y.data()))),
      )) as [tf.TypedArray[], tf.TypedArray[]];
      expect(k).toEqual(q);
      expect(next).not.toEqual(q);
      tf.dispose([x, first, second]);
      adapter.dispose();
      params.dispose();
    }));

  test("gives a table lengths too", () =>
    expectNoLeaks(async () => {
      const [params, own] = [Params.initialized(1), Params.initialized(2)];
      const table = new Embedding(params.at("table"), 5, 4);
      const matrix = (name: string, shape: number[]) => own.matrix<tf.Rank>(name, shape, normal(1)).parts.data;
      const update = { a: matrix("a", [2, 4]), b: matrix("b", [5, 2]), scale: 2, magnitude: matrix("m", [5]) };
      const adapter = new Adapter(params, { params: own, updates: new Map([["table.weight", update]]) });
      adapter.attach();
      const ids = tf.tensor2d([[4, 0, 4]], [1, 3], "int32");
      const rows = table.forward(ids);
      const expected = tf.tidy(() => tf.gather(denseOf(table.weight), ids));
      await expectClose(rows, expected, { atol: 1e-5, rtol: 1e-5 });
      tf.dispose([ids, rows, expected]);
      adapter.dispose();
      params.dispose();
    }));

  test("refuses what its model has not", () =>
    expectNoLeaks(() => {
      using it = adapted();
      const make = (path: string, update: LowRankAdapter) =>
        new Adapter(it.params, { params: Params.initialized(1), updates: new Map([[path, update]]) });
      expect(() => make("other.weight", it.update)).toThrow("a matrix or a table of the model, got other.weight");
      expect(() => make("map.weight", { ...it.update, b: it.update.a })).toThrow("map.weight: b [3,2], got [2,32]");
      const contents = { params: Params.initialized(1), updates: new Map(), dropout: 1 };
      expect(() => new Adapter(it.params, contents)).toThrow("Adapter: expected dropout in [0, 1), got 1");
    }));
});
