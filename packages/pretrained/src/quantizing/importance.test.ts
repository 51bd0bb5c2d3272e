import { denseOf, Params } from "@qkv/nn";
import { describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import { type CausalLanguageModel, llama } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { measureImportance } from "./measureImportance.ts";
import { quantize } from "./quantize.ts";

const SIZES = {
  ...{ model_type: "llama", vocab_size: 50, hidden_size: 64, intermediate_size: 96, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, max_position_embeddings: 64 },
};
const build = (fields: object = {}) =>
  llama.build(Params.initialized(1), llama.parseConfig({ ...SIZES, ...fields })) as CausalLanguageModel;
const idsOf = (rows: number[][]) => tf.tensor2d(rows, undefined, "int32");

function run(model: CausalLanguageModel, ids: tf.Tensor2D): void {
  model.forward({ ids }).logits.dispose();
}

describeBackends("measureImportance", () => {
  test("is the mean square of what each column is multiplied by, over all passes", () =>
    expectNoLeaks(async () => {
      using model = build({ tie_word_embeddings: true });
      const batches = [idsOf([[3, 4, 5]]), idsOf([[6, 7], [8, 9]])]; // prettier-ignore
      const importance = await measureImportance(model, () => batches.forEach((ids) => run(model, ids)));
      expect(importance.size).toBe(1 + 2 * 7); // the table is the output layer too
      const [first, gate] = ["layers.0.selfAttn.qProj.weight", "layers.0.ffn.gateProj.weight"];
      const expected = tf.tidy(() => {
        const table = denseOf(model.params.weights().get("embedding.weight") as never) as tf.Tensor2D;
        const rows = tf.gather(table, [3, 4, 5, 6, 7, 8, 9]);
        const normed = tf.mul(rows, tf.rsqrt(tf.add(tf.mean(tf.square(rows), -1, true), 1e-6)));
        return tf.mean(tf.square(normed), 0); // the norm's weight is ones
      });
      await expectClose({ shape: [64], data: importance.get(first as string) as Float32Array }, expected, {
        atol: 1e-4,
      });
      expect(importance.get("layers.0.selfAttn.kProj.weight")).toEqual(importance.get(first as string));
      expect(importance.get(gate as string)).not.toEqual(importance.get(first as string));
      expect(importance.get("layers.1.ffn.downProj.weight")).toHaveLength(96);
      for (const { observer } of model.params.weights().values()) expect(observer).toBeUndefined();
      tf.dispose([...batches, expected]);
    }));

  test("makes what a quantized model gives nearer to what it gave", () =>
    expectNoLeaks(async () => {
      const rows = Array.from({ length: 6 }, (_, i) => Array.from({ length: 20 }, (_, j) => (7 * i + 3 * j * j) % 50));
      const [seen, other] = [idsOf(rows.slice(0, 3)), idsOf(rows.slice(3))];
      const errors: number[] = [];
      for (const isWeighted of [false, true]) {
        using model = spread(build());
        const before = model.forward({ ids: other }).logits;
        const importance = await measureImportance(model, () => run(model, seen));
        const { layers } = await quantize(model, "q4_0", { skip: ["embedding"], ...(isWeighted && { importance }) });
        for (const { error, weightedError } of layers) {
          expect(error).toBeGreaterThan(0);
          if (!isWeighted) expect(weightedError).toBeUndefined();
        }
        expect(layers.filter(({ weightedError }) => weightedError !== undefined)).toHaveLength(isWeighted ? 15 : 0);
        const after = model.forward({ ids: other }).logits;
        const error = tf.tidy(() => tf.mean(tf.square(tf.sub(after, before))));
        errors.push((await error.data())[0] as number);
        tf.dispose([before, after, error]);
      }
      tf.dispose([seen, other]);
      expect((errors[1] as number) / (errors[0] as number)).toBeLessThan(0.95);
    }));
});

/** Makes the columns of a model's activations of very different sizes, as those of trained models are. */
function spread(model: CausalLanguageModel): CausalLanguageModel {
  for (const [name, { kind, parts, shape }] of model.params.weights()) {
    if (kind !== "norm") continue;
    const [width = 0] = shape as readonly number[];
    const factors = Array.from({ length: width }, (_, i) => Math.exp(2 * Math.sin(i * 12.9898 + name.length)));
    tf.tidy(() => (parts.data as tf.Variable).assign(tf.tensor1d(factors)));
  }
  return model;
}

test("mistakes are told by name, and leave no observer", async () => {
  using model = build();
  await expect(measureImportance(model, () => undefined)).rejects.toThrow("expected a pass of the model, got none");
  await expect(measureImportance(model, undefined as never)).rejects.toThrow("a function that runs it, got nothing");
  const ids = idsOf([[1, 2]]);
  const fails = () => {
    run(model, ids);
    throw new Error("stopped");
  };
  await expectNoLeaks(() => expect(measureImportance(model, fails)).rejects.toThrow("stopped"));
  const nested = () => measureImportance(model, () => run(model, ids));
  await expect(measureImportance(model, nested)).rejects.toThrow("expected a model that is not measured yet");
  for (const { observer } of model.params.weights().values()) expect(observer).toBeUndefined();
  ids.dispose();
  for (const [importance, message] of [
    [
      new Map([["other", new Float32Array(64)]]),
      "quantize: expected importance of weights of the model, got that of other",
    ],
    [
      new Map([["lmHead.weight", new Float32Array(3)]]),
      "quantize: lmHead.weight: expected importance of 64 columns, got 3",
    ],
    [
      new Map([["lmHead.weight", new Float32Array(64).fill(-1)]]),
      "lmHead.weight: quantize: expected importance from 0, got -1",
    ],
    [{}, "quantize: expected importance to be a Map, got"],
  ] as const) {
    await expect(quantize(model, "q4_0", { importance: importance as never })).rejects.toThrow(message);
  }
});
