import { windowedAttention } from "./windowedAttention.ts";
import { initBackend } from "@qkv/backend";
import { Params, Pass, Recorder } from "@qkv/nn";
import { expectClose, expectNoLeaks } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { appendKeyValue, type KeyValue, lastKeyValues, lengthOf } from "../multiHead/keyValue.ts";
import { keyMask } from "../masks/masks.ts";
import { MultiHeadAttention } from "../multiHead/multiHeadAttention.ts";
import { RotaryPositions } from "../positions/rotaryPositions.ts";

beforeAll(() => initBackend("cpu"));

const LENGTH = 70;
const WINDOW = 5;

test("long texts in linear time, with a mask and step by step from what a window keeps, all give the same", () =>
  expectNoLeaks(async () => {
    const params = Params.initialized(2);
    const rotary = new RotaryPositions({ dim: 4 });
    const attention = new MultiHeadAttention(params, { dModel: 8, numHeads: 2, numKeyValueHeads: 1, rotary });
    const x = tf.randomNormal<tf.Rank.R3>([2, LENGTH, 8], 0, 1, "float32", 4);
    const attentionMask = tf.tidy(
      () => tf.less(tf.range(0, LENGTH), tf.tensor2d([[LENGTH], [LENGTH - 3]])) as tf.Tensor2D,
    );
    const mask = keyMask(attentionMask);
    const options = { causal: true, window: WINDOW, mask };
    const linear = attention.forward(x, x, options);
    const taps = new Recorder(["probabilities"]);
    const masked = attention.forward(x, x, options, new Pass({ taps }));
    await expectClose(linear, masked);
    taps.dispose();

    let past: KeyValue | undefined;
    const steps: tf.Tensor3D[] = [];
    for (let i = 0; i < LENGTH - 3; i++) {
      const token = tf.slice(x, [0, i, 0], [2, 1, 8]);
      const projected = attention.project(token, { offset: i });
      const seen = appendKeyValue(past, projected);
      steps.push(attention.attend(token, seen, { causal: true, window: WINDOW }));
      if (past) tf.dispose([past.keys, past.values]);
      past = lastKeyValues(seen, WINDOW - 1);
      expect(lengthOf(past)).toBe(i + 1);
      expect(past.keys.shape[2]).toBe(Math.min(i + 1, WINDOW - 1));
      tf.dispose([token, projected.keys, projected.values, seen.keys, seen.values]);
    }
    const [stepped, first] = tf.tidy(() => [tf.concat(steps, 1), tf.slice(linear, [0, 0, 0], [2, LENGTH - 3, 8])]);
    await expectClose(stepped as tf.Tensor, first as tf.Tensor);
    if (past) tf.dispose([past.keys, past.values]);
    tf.dispose([x, attentionMask, mask, linear, masked, steps, stepped, first] as tf.TensorContainer);
    params.dispose();
  }));

test("blocks are no way for a mask by query, a bias, sinks, or a text of two windows", () => {
  const q = tf.ones([1, 1, 40, 2]) as tf.Tensor4D;
  const inBlocks = (visible: Parameters<typeof windowedAttention>[4], window = 4) =>
    tf.tidy(() => windowedAttention(q, q, q, window, visible) !== null);
  const [keys, queries] = [tf.ones([1, 1, 1, 40], "bool"), tf.ones([1, 1, 40, 40], "bool")];
  const [bias, sinks] = [tf.zeros([40, 40]), tf.zeros([1])] as [tf.Tensor2D, tf.Tensor1D];
  expect([{}, { mask: keys }].map((visible) => inBlocks(visible))).toEqual([true, true]);
  expect([{ mask: queries }, { bias }, { sinks }].map((visible) => inBlocks(visible))).toEqual([false, false, false]);
  expect(inBlocks({}, 20)).toBe(false);
  tf.dispose([q, keys, queries, bias, sinks]);
});
