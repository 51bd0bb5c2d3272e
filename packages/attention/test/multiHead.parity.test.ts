import {
  type AttendOptions,
  attentionStages,
  attentionWeights,
  causalMask,
  keyMask,
  MultiHeadAttention,
  type MultiHeadAttentionConfig,
  RotaryPositions,
  scaledDotProductAttention,
} from "@qkv/attention";
import { Params, Pass, Recorder } from "@qkv/nn";
import { describeBackends, expectClose, golden } from "@qkv/testing";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

const torch = golden(new URL("golden/attention.safetensors", import.meta.url));
const t = <R extends tf.Rank>(name: string) => torch.tensor<R>(name);
const t4 = (...names: string[]) => names.map((name) => t<tf.Rank.R4>(name));

describeBackends("attention equals PyTorch's and transformers'", () => {
  test("F.scaled_dot_product_attention, values of another width", async () => {
    const [q, k, v, mask, bias] = t4("sdpa.q", "sdpa.k", "sdpa.v", "sdpa.mask", "sdpa.bias") as [
      ...[tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
      ...[tf.Tensor4D, tf.Tensor4D],
    ];
    for (const [name, options] of Object.entries({
      plain: {},
      causal: { causal: true },
      masked: { mask },
      biased: { bias, scale: 0.3 },
    })) {
      const y = scaledDotProductAttention(q, k, v, options);
      await expectClose(y, torch.array(`sdpa.${name}`));
      y.dispose();
    }
    tf.dispose([q, k, v, mask, bias]);
  });

  test("grouped and multi-query, causal and not", async () => {
    const q = t<tf.Rank.R4>("gqa.q");
    for (const [name, keys, values] of [
      ["grouped", "k", "v"],
      ["multiQuery", "mqaK", "mqaV"],
    ] as const) {
      const [k, v] = t4(`gqa.${keys}`, `gqa.${values}`) as [tf.Tensor4D, tf.Tensor4D];
      const [all, causal] = [false, true].map((causal) => scaledDotProductAttention(q, k, v, { causal }));
      await expectClose(all as tf.Tensor, torch.array(`gqa.${name}`));
      await expectClose(causal as tf.Tensor, torch.array(`gqa.${name}Causal`));
      tf.dispose([k, v, all, causal] as tf.Tensor[]);
    }
    q.dispose();
  });

  test("sinks as gpt-oss has them, the soft cap as Gemma 2", async () => {
    const [q, k, v] = t4("gqa.q", "gqa.k", "gqa.v") as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    const sinks = t<tf.Rank.R1>("gqa.sinks");
    for (const [name, options] of [
      ["sinks", { sinks, causal: true }],
      ["softcap", { softcap: 0.7, scale: 0.5, causal: true }],
    ] as const) {
      const [y, weights] = [scaledDotProductAttention(q, k, v, options), attentionWeights(q, k, options)];
      await expectClose(y, torch.array(`gqa.${name}Output`));
      await expectClose(weights, torch.array(`gqa.${name}Weights`));
      tf.dispose([y, weights]);
    }
    tf.dispose([q, k, v, sinks]);
  });

  const selfConfig: MultiHeadAttentionConfig = { dModel: 6, numHeads: 3 };
  const paramsOf = (name: string) => Params.from((path) => t(`mha.${name}.${path}`));

  test.each<[string, () => AttendOptions]>([
    ["none", () => ({})],
    ["bool", () => ({ mask: t("mha.keep") })],
    ["perHead", () => ({ mask: t("mha.keepPerHead") })],
    ["float", () => ({ bias: t("mha.bias") })],
    ["padding", () => ({ mask: keyMask(t<tf.Rank.R2>("mha.keepKeys")) })],
    ["floatPadding", () => ({ bias: tf.reshape(t("mha.keyBias"), [2, 1, 1, 4]) })],
    ["causal", () => ({ causal: true })],
    ["causalPadding", () => ({ causal: true, mask: keyMask(t<tf.Rank.R2>("mha.keepKeys")) })],
    ["floatAndPadding", () => ({ bias: t("mha.bias"), mask: keyMask(t<tf.Rank.R2>("mha.keepKeys")) })],
  ])("nn.MultiheadAttention, mask: %s", async (name, makeOptions) => {
    const params = paramsOf("self");
    const attention = new MultiHeadAttention(params, selfConfig);
    const x = t<tf.Rank.R3>("mha.x");
    const options = tf.tidy(() => makeOptions() as tf.TensorContainer) as AttendOptions;
    const plain = attention.forward(x, x, options);
    const taps = new Recorder(["probabilities"]);
    const inspected = attention.forward(x, x, options, new Pass({ taps }));
    for (const output of [plain, inspected]) await expectClose(output, torch.array(`mha.${name}.output`));
    await expectClose(taps.get("probabilities"), torch.array(`mha.${name}.weights`));
    tf.dispose([x, plain, inspected, options] as unknown as tf.TensorContainer);
    taps.dispose();
    params.dispose();
  });

  test("nn.MultiheadAttention across contexts of other widths, and without biases", async () => {
    const [cross, plain] = [paramsOf("cross"), paramsOf("unbiased")];
    const across = new MultiHeadAttention(cross, { ...selfConfig, contextDim: 10, valueContextDim: 7 });
    const unbiased = new MultiHeadAttention(plain, { ...selfConfig, bias: false });
    const [x, context, values] = ["x", "context", "valueContext"].map((name) => t<tf.Rank.R3>(`mha.${name}`)) as [
      tf.Tensor3D,
      tf.Tensor3D,
      tf.Tensor3D,
    ];
    const seen = across.project(context, { values });
    const taps = new Recorder(["probabilities"]);
    const attended = across.attend(x, seen, {}, new Pass({ taps }));
    await expectClose(attended, torch.array("mha.across.output"));
    await expectClose(taps.get("probabilities"), torch.array("mha.across.weights"));
    const output = unbiased.forward(x, x);
    await expectClose(output, torch.array("mha.withoutBias.output"));
    tf.dispose([x, context, values, seen, attended, output] as unknown as tf.TensorContainer);
    taps.dispose();
    cross.dispose();
    plain.dispose();
  });

  test("Qwen3Attention: grouped heads, normalized queries and keys, rotary positions", async () => {
    const params = Params.from((path) => t(`qwen3.weights.${path}`));
    const base = torch.array("qwen3.base").data[0] as number;
    const attention = new MultiHeadAttention(params, {
      ...{ dModel: 24, numHeads: 6, numKeyValueHeads: 2, headDim: 8, bias: false },
      qkNorm: { kind: "rmsNorm", eps: 1e-6 },
      rotary: new RotaryPositions({ dim: 8, base }),
    });
    const x = t<tf.Rank.R3>("qwen3.x");
    const taps = new Recorder(["probabilities"]);
    const attended = attention.forward(x, x, { causal: true }, new Pass({ taps }));
    await expectClose(taps.get("probabilities"), torch.array("qwen3.weights"));
    await expectClose(attended, torch.array("qwen3.output"));
    tf.dispose([x, attended]);
    taps.dispose();
    params.dispose();
  });

  test("each stage says what it is", async () => {
    const [q, k] = t4("sdpa.q", "sdpa.k") as [tf.Tensor4D, tf.Tensor4D];
    const stages = attentionStages(q, k, { causal: true });
    const expected = tf.tidy(() => {
      const scores = tf.div(tf.matMul(q, k, false, true), Math.sqrt(7));
      return [scores, tf.where(tf.broadcastTo(causalMask(5, 5), scores.shape), scores, -1e9)];
    });
    await expectClose(stages.scores, expected[0] as tf.Tensor);
    await expectClose(stages.maskedScores, expected[1] as tf.Tensor);
    expect(await stages.droppedProbabilities.data()).toEqual(await stages.probabilities.data());
    tf.dispose([q, k, stages, expected] as unknown as tf.TensorContainer);
  });
});
