import { Params, Pass, Recorder } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { mergeHeads, splitHeads } from "../multiHead/heads.ts";
import { appendKeyValue, disposeKeyValues } from "../multiHead/keyValue.ts";
import { causalMask, keyMask, lengthMask } from "../masks/masks.ts";
import { MultiHeadAttention } from "../multiHead/multiHeadAttention.ts";
import { attentionWeights, scaledDotProductAttention } from "./scaledDotProductAttention.ts";

const random = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

/** q [2, 3, 5, 7], k and v [2, 3, 11, 7] */
function qkv(): [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D] {
  const tensors = [random([2, 3, 5, 7], 1), random([2, 3, 11, 7], 2), random([2, 3, 11, 7], 3)];
  return tensors as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
}

function randomized(): Params {
  let seed = 11;
  return Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.5, "float32", seed++));
}

describeBackends("attention", () => {
  test("rows of weights sum to 1, to 0 where no key is visible, and causal counts from the end", async () => {
    const [q, k, v] = qkv();
    const rows = tf.tidy(() => {
      const mask = keyMask(lengthMask([0, 9], 11));
      return tf.sum(attentionWeights(q, k, { mask, causal: true }), -1);
    });
    const expected = Array.from({ length: 2 * 3 * 5 }, (_, i) => (i < 15 ? 0 : 1));
    await expectClose(rows, { shape: [2, 3, 5], data: expected });
    const causal = causalMask(2, 4);
    expect(await causal.array()).toEqual([
      [1, 1, 1, 0],
      [1, 1, 1, 1],
    ]);
    tf.dispose([q, k, v, rows, causal]);
  });

  test.each([
    ["nothing", () => ({})],
    ["causal", () => ({ causal: true })],
    ["a mask", () => ({ mask: tf.tidy(() => keyMask(lengthMask([4, 11], 11))) })],
    [
      "a mask that hides all of one row",
      () => ({ mask: tf.tidy(() => keyMask(lengthMask([0, 3], 11))), causal: true }),
    ],
    ["a bias", () => ({ bias: random([1, 3, 5, 11], 9) as tf.Tensor, scale: 0.3 })],
  ])("the pooled values are the weights times the values, with %s", async (_, makeOptions) => {
    const [q, k, v] = qkv();
    const options = makeOptions();
    const pooled = scaledDotProductAttention(q, k, v, options);
    const expected = tf.tidy(() => tf.matMul(attentionWeights(q, k, options), v));
    await expectClose(pooled, expected);
    await checkGradients((a, b, c) => scaledDotProductAttention(a, b, c, options), [q, k, v]);
    tf.dispose([q, k, v, pooled, expected, ...Object.values(options).filter((o) => o instanceof tf.Tensor)]);
  });

  test("without positions, permuting the keys changes nothing", async () => {
    const [q, k, v] = qkv();
    const [pooled, permuted] = tf.tidy(() => {
      const reversed = [k, v].map((x) => tf.reverse(x, 2)) as [tf.Tensor4D, tf.Tensor4D];
      return [scaledDotProductAttention(q, k, v), scaledDotProductAttention(q, ...reversed)];
    });
    await expectClose(pooled as tf.Tensor, permuted as tf.Tensor);
    tf.dispose([q, k, v, pooled, permuted] as tf.Tensor[]);
  });

  test.each([1, 5])("splitHeads gives each head its part of %i positions, and mergeHeads undoes it", async (length) => {
    const x = random([2, length, 21], 4) as tf.Tensor3D;
    const heads = splitHeads(x, 3);
    const second = tf.tidy(() => [
      tf.squeeze(tf.slice(heads, [0, 1, 0, 0], [2, 1, length, 7]), [1]),
      tf.slice(x, [0, 0, 7], [2, length, 7]),
    ]);
    const back = mergeHeads(heads);
    await expectClose(second[0] as tf.Tensor, second[1] as tf.Tensor);
    await expectClose(back, x);
    tf.dispose([x, heads, ...second, back]);
  });

  test("cached steps equal one pass", async () => {
    const params = randomized();
    const attn = new MultiHeadAttention(params, { dModel: 6, numHeads: 2 });
    const x = random([3, 5, 6], 5) as tf.Tensor3D;
    const whole = attn.forward(x, x, { causal: true });
    const steps = tf.tidy(() => {
      let past: ReturnType<typeof attn.project> | undefined;
      const outputs: tf.Tensor3D[] = [];
      for (const part of tf.split(x, [2, 1, 2], 1) as tf.Tensor3D[]) {
        past = appendKeyValue(past, attn.project(part));
        outputs.push(attn.attend(part, past, { causal: true }));
      }
      return tf.concat(outputs, 1);
    });
    await expectClose(steps, whole);
    tf.dispose([x, whole, steps]);
    params.dispose();
  });

  test("gradients of MultiHeadAttention, to itself and across", async () => {
    const params = randomized();
    const attn = new MultiHeadAttention(params, { dModel: 6, numHeads: 3 });
    const [x, context] = [random([2, 3, 6], 6) as tf.Tensor3D, random([2, 5, 6], 7) as tf.Tensor3D];
    const variables = params.named();
    await checkGradients((a) => attn.forward(a, a, { causal: true }), [x], { variables });
    await checkGradients((a, b) => attn.forward(a, b), [x, context], { variables });
    tf.dispose([x, context]);
    params.dispose();
  });

  test("asking for the weights changes no output and leaks nothing", () =>
    expectNoLeaks(async () => {
      const params = randomized();
      const attn = new MultiHeadAttention(params, { dModel: 6, numHeads: 2 });
      const x = random([2, 3, 6], 8) as tf.Tensor3D;
      const plain = attn.forward(x, x, { causal: true });
      using taps = new Recorder(["probabilities"]);
      const inspected = attn.forward(x, x, { causal: true }, new Pass({ taps }));
      await expectClose(inspected, plain);
      expect(taps.get("probabilities").shape).toEqual([2, 2, 3, 3]);
      tf.dispose([x, plain, inspected]);
      const context = tf.ones<tf.Rank.R3>([1, 2, 6]);
      disposeKeyValues([attn.project(context)]);
      context.dispose();
      params.dispose();
    }));

  test("wrong shapes are told with both of them", () => {
    const [q, k] = [tf.zeros<tf.Rank.R4>([1, 2, 3, 4]), tf.zeros<tf.Rank.R4>([1, 2, 3, 5])];
    expect(() => scaledDotProductAttention(q, k, k)).toThrow("q [1,2,3,4], k [1,2,3,5]");
    expect(() => new MultiHeadAttention(Params.initialized(), { dModel: 7, numHeads: 2 })).toThrow("got 7 and 2");
    tf.dispose([q, k]);
  });
});
