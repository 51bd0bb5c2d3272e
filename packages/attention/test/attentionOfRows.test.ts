import { MultiHeadAttention } from "@qkv/attention";
import { Params } from "@qkv/nn";
import { attendsToRows, attention, type AttentionOptions, attentionOfRows } from "@qkv/ops";
import { describeBackends, expectClose, expectNoLeaks, wave } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const turned = (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3]);

describeBackends(
  "attention of rows",
  () => {
    test.each<[name: string, width: number, queries: number, options: () => AttentionOptions]>([
      ["whole vectors", 8, 40, () => ({})],
      ["no whole vectors, causal", 6, 7, () => ({ causal: true })],
      [
        "a mask of keys",
        8,
        5,
        () => ({ mask: tf.tensor([1, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0], [2, 1, 1, 7], "bool") }),
      ],
      ["a bias of each pair and a scale", 6, 5, () => ({ bias: wave([1, 3, 5, 7], 4), scale: 0.7 })],
    ])("is that of heads: %s", (_, width, queries, options) =>
      expectNoLeaks(async () => {
        const keys = queries === 40 ? 33 : 7;
        const [q, k, v] = [queries, keys, keys].map((rows, i) => wave([2, rows, 3, width], i)) as [
          tf.Tensor,
          tf.Tensor,
          tf.Tensor,
        ];
        const [rows, heads] = tf.tidy(() => {
          const given = options();
          return [attentionOfRows(q, k, v, given), turned(attention(turned(q), turned(k), turned(v), given))];
        }) as [tf.Tensor, tf.Tensor];
        await expectClose(rows, heads, { atol: 1e-6, rtol: 1e-5 });
        tf.dispose([q, k, v, rows, heads]);
      }),
    );

    test("a module attends so where nothing happens to its heads, and as before where something does", () =>
      expectNoLeaks(async () => {
        const params = Params.initialized(2);
        const module = new MultiHeadAttention(params, { dModel: 24, numHeads: 3 });
        const [x, context] = [wave([2, 5, 24]), wave([2, 7, 24], 1)];
        const mask = tf.tensor([1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1], [2, 1, 1, 7], "bool");
        const kernels = async (run: () => tf.Tensor) => {
          let y = x as tf.Tensor;
          const { kernels: all } = await tf.profile(() => void (y = run()));
          return { y, turns: all.filter(({ name }) => name === "Transpose").length };
        };
        const plain = await kernels(() => module.forward(x, context, { mask }));
        const apart = await kernels(() => tf.tidy(() => module.attend(x, module.project(context), { mask })));
        expect([plain.turns, apart.turns]).toEqual([0, 4]);
        await expectClose(plain.y, apart.y, { atol: 1e-6, rtol: 1e-5 });
        const gradient = tf.grad((input) => {
          expect(attendsToRows()).toBe(false);
          return tf.sum(module.forward(input, context, { mask }));
        })(x);
        expect(gradient.shape).toEqual(x.shape);
        tf.dispose([x, context, mask, plain.y, apart.y, gradient]);
        params.dispose();
      }));
  },
  ["webgpu"],
);
