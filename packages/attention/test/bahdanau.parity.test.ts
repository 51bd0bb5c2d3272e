import { AdditiveAttention } from "@qkv/attention";
import { type Context, GruDecoder, GruEncoder, Params } from "@qkv/nn";
import { checkGradients, describeBackends, expectClose, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/bahdanau.safetensors", import.meta.url));
const sizes = { vocabSize: 7, embeddingDim: 4, hiddenDim: 6, numLayers: 2 };

describeBackends("Bahdanau's decoder", () => {
  test("equals its definition in PyTorch, step by step, and has gradients", async () => {
    const params = Params.from((name) => torch.tensor(name));
    const decoder = new GruDecoder(params.at("decoder"), { ...sizes, contextDim: 6 });
    const attention = new AdditiveAttention(params.at("attention"), {
      ...{ queryDim: 6, keyDim: 6, hiddenDim: 6, keepWeights: true },
    });
    const memory = torch.tensor<tf.Rank.R3>("memory");
    const state = tf.tidy(() => tf.unstack(torch.tensor("state"))) as tf.Tensor2D[];
    const ids = torch.tensor<tf.Rank.R2>("ids");
    const valid = torch.ids("valid")[0] ?? [];
    const weights: tf.Tensor[] = [];
    const look =
      (memory: tf.Tensor3D): Context =>
      (query) =>
        tf.squeeze(attention.forward(tf.expandDims(query, 1) as tf.Tensor3D, memory, memory, valid), [1]);
    const watched: Context = (query) => {
      const context = look(memory)(query);
      weights.push(tf.keep(tf.clone(attention.attentionWeights as tf.Tensor)));
      return context;
    };
    const { logits, state: last } = decoder.forward(ids, state, watched);
    const looked = tf.concat(weights, 1);
    await expectClose(looked, torch.array("weights"));
    await expectClose(logits, torch.array("logits"));
    const stacked = tf.stack([...last]);
    await expectClose(stacked, torch.array("last"));

    const short = tf.slice(ids, [0, 0], [2, 2]);
    await checkGradients(
      (m, a, b) => decoder.forward(short, [a, b], look(m)).logits,
      [memory, ...(state as [tf.Tensor2D, tf.Tensor2D])],
      {
        variables: params.named(),
      },
    );
    attention.dispose();
    tf.dispose([memory, ...state, ids, ...weights, logits, ...last, looked, stacked, short]);
    params.dispose();
  });

  test("without attention: padding behind a sentence changes nothing", async () => {
    const params = Params.initialized(3);
    const encoder = new GruEncoder(params.at("encoder"), sizes);
    const decoder = new GruDecoder(params.at("decoder"), { ...sizes, contextDim: 6 });
    const logits = tf.tidy(() => {
      const target = tf.tensor2d([[1, 2, 3]], undefined, "int32");
      return [
        [4, 5],
        [4, 5, 0, 0],
      ].map((source) => {
        const attentionMask = tf.tensor2d([source.map((id) => Number(id !== 0))], undefined, "bool");
        const { state } = encoder.forward(tf.tensor2d([source], undefined, "int32"), attentionMask);
        return decoder.forward(target, state, () => state.at(-1) as tf.Tensor2D).logits;
      });
    }) as [tf.Tensor, tf.Tensor];
    await expectClose(logits[1], logits[0]);
    expect(logits[0].shape).toEqual([1, 3, 7]);
    tf.dispose(logits);
    params.dispose();
  });
});
