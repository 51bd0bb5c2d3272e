import { checkGradients, describeBackends, expectClose } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { type AttentionOptions, attention } from "./attention.ts";
import type { AttentionInputs } from "./attentionInputs.ts";
import { type ComposedAttrs, composedAttention } from "./composedAttention.ts";
import { dropoutFactors, dropoutKey } from "../dropout/dropoutHash.ts";

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

describeBackends("composed attention", () => {
  const attrs: ComposedAttrs = { scale: 0.4, causal: true, softcap: 1.5, dropout: dropoutKey(0.3, 5) };

  // 2 * 3 * 7 scores for each query: two queries at a time, then one
  test.each([100, 1])("some queries at a time, %d scores, is all at once, in both passes", async (scoresAtOnce) => {
    const [q, k, v] = [random([2, 3, 5, 4], 1), random([2, 3, 7, 4], 2), random([2, 3, 7, 6], 3)];
    const mask = tf.tidy(() => tf.greater(random([2, 1, 5, 7], 4), -1));
    for (const biasShape of [
      [1, 3, 5, 7],
      [2, 1, 1, 7],
    ]) {
      const bias = random(biasShape, 5);
      const run = (atOnce: number) => {
        const f = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, bias: tf.Tensor) =>
          composedAttention({ q, k, v, mask, bias } as AttentionInputs, { ...attrs, scoresAtOnce: atOnce });
        return tf.tidy(() => [f(q, k, v, bias), ...tf.grads(f)([q, k, v, bias], tf.ones([2, 3, 5, 6]))]);
      };
      const [some, all] = [run(scoresAtOnce), run(2 ** 22)];
      for (const [i, tensor] of some.entries()) await expectClose(tensor, all[i] as tf.Tensor);
      tf.dispose([some, all, bias]);
    }
    tf.dispose([q, k, v, mask]);
  });

  test("runs of dropout factors are parts of the whole", () => {
    const key = dropoutKey(0.5, 9);
    const whole = dropoutFactors(key, 40);
    const runs = dropoutFactors(key, 6, { length: 3, first: 4, step: 20 });
    expect([...runs]).toEqual([...whole.subarray(4, 7), ...whole.subarray(24, 27)]);
  });

  test.each<[string, () => AttentionOptions]>([
    ["nothing", () => ({})],
    ["causal", () => ({ causal: true })],
    ["dropout", () => ({ dropout: { rate: 0.4, seed: 3 } })],
    ["a mask of keys", () => ({ mask: tf.tensor([1, 0, 1], [1, 1, 1, 3], "bool"), dropout: { rate: 0.4, seed: 3 } })],
    ["a bias by head", () => ({ bias: random([1, 4, 2, 3], 6) })],
    ["a soft cap", () => ({ softcap: 0.8, causal: true })],
  ])("grouped heads are repeated heads, with %s, and have gradients", async (_, makeOptions) => {
    const [q, k, v] = [random([1, 4, 2, 3], 1), random([1, 2, 3, 3], 2), random([1, 2, 3, 5], 3)];
    const options = makeOptions();
    const repeated = (x: tf.Tensor) => tf.gather(x, tf.tensor1d([0, 0, 1, 1], "int32"), 1);
    const [grouped, expected] = tf.tidy(() => [
      attention(q, k, v, options),
      attention(q, repeated(k), repeated(v), options),
    ]) as [tf.Tensor, tf.Tensor];
    await expectClose(grouped, expected);
    await checkGradients((a, b, c) => attention(a, b, c, options), [q, k, v]);
    tf.dispose([q, k, v, grouped, expected, options.mask ?? [], options.bias ?? []]);
  });

  test("says which heads do not fit", () => {
    const [q, k] = [tf.zeros([1, 4, 2, 3]), tf.zeros([1, 3, 2, 3])];
    expect(() => attention(q, k, k)).toThrow("H a multiple of G, got [1,4,2,3], [1,3,2,3], [1,3,2,3]");
    tf.dispose([q, k]);
  });
});
