// A model of every family computes with its codes what it does with the same numbers as floats.
import { denseOf, Params } from "@qkv/nn";
import { QUANTIZATION_FORMATS, quantize } from "@qkv/pretrained";
import { describeBackends, expectNoLeaks } from "@qkv/testing";
import { bert, buildEncoder, gpt2, llama, marian, t5 } from "@qkv/transformer";
import { swin, SwinClassifier, VitClassifier, vitConfig } from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

/** A forward pass; the caller owns the result. */
type Run = () => tf.Tensor;

const ids = (values: readonly number[]) => tf.tensor2d([...values], [1, values.length], "int32");
const text = (model: { forward(inputs: { readonly ids: tf.Tensor }): { readonly logits: tf.Tensor } }): Run => {
  return () => tf.tidy(() => model.forward({ ids: ids([1, 5, 2, 30]) }).logits);
};
const seq2seq = (model: ReturnType<typeof marian.build> | ReturnType<typeof t5.build>): Run => {
  return () => tf.tidy(() => model.forward({ ids: ids([1, 5, 2, 0]), decoderIds: ids([8, 3, 7]) }).logits);
};
const vision = (model: { forward(pixels: tf.Tensor4D): { readonly logits: tf.Tensor } }, side: number): Run => {
  const shape: [number, number, number, number] = [1, 3, side, side];
  return () => tf.tidy(() => model.forward(tf.randomNormal(shape, 0, 1, "float32", 1) as tf.Tensor4D).logits);
};

const SIZES = { vocab_size: 40, hidden_size: 64, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 96 };
const VIT = { imageSize: 8, patchSize: 4, dModel: 64, numLayers: 1, numHeads: 2, labels: ["a", "b"] };
const T5 = { model_type: "t5", vocab_size: 40, d_model: 64, d_kv: 32, num_heads: 2, d_ff: 96, num_layers: 1 };
const GPT2 = { model_type: "gpt2", vocab_size: 40, n_embd: 64, n_head: 2, n_layer: 1, n_positions: 16 };
const MARIAN = {
  ...{ model_type: "marian", vocab_size: 41, pad_token_id: 40, decoder_start_token_id: 40, d_model: 64 },
  ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 96 },
  ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 96 },
};
const SWIN = {
  ...{ model_type: "swin", image_size: 16, patch_size: 2, embed_dim: 32, depths: [1, 1], num_heads: [1, 2] },
  ...{ window_size: 2, num_labels: 2 },
};

const MODELS: Readonly<Record<string, (params: Params) => Run>> = {
  Llama: (params) => text(llama.build(params, llama.parseConfig({ ...SIZES, model_type: "llama" }))),
  "GPT-2": (params) => text(gpt2.build(params, gpt2.parseConfig(GPT2))),
  BERT: (params) =>
    text(
      buildEncoder(
        bert,
        "maskedLM",
        params,
        bert.parseConfig({ ...SIZES, model_type: "bert", max_position_embeddings: 8 }),
      ),
    ),
  Marian: (params) => seq2seq(marian.build(params, marian.parseConfig(MARIAN))),
  T5: (params) => seq2seq(t5.build(params, t5.parseConfig(T5))),
  "T5 1.1": (params) => seq2seq(t5.build(params, t5.parseConfig({ ...T5, feed_forward_proj: "gated-gelu" }))),
  ViT: (params) => vision(new VitClassifier(params, vitConfig(VIT)), 8),
  "DINOv2 with SwiGLU": (params) =>
    vision(new VitClassifier(params, vitConfig({ ...VIT, swiGlu: true, layerScale: 1 })), 8),
  Swin: (params) => vision(new SwinClassifier(params, swin.parseConfig(SWIN)), 16),
};

async function valuesOf(run: Run): Promise<Float32Array> {
  const output = run();
  const values = Float32Array.from((await output.data()) as Float32Array);
  output.dispose();
  return values;
}

describeBackends("a quantized model of every family", (backend) => {
  test.each(Object.entries(MODELS))("%s", (_, build) =>
    expectNoLeaks(async () => {
      for (const format of QUANTIZATION_FORMATS.filter((each) => !each.endsWith("k"))) {
        const params = Params.initialized(5);
        const run = build(params);
        const { layers } = await quantize({ params }, format);
        expect(layers.length).toBeGreaterThan(4);
        const floats = Params.from((name) => denseOf(params.weights().get(name) as never) as tf.Tensor);
        const [actual, expected] = [await valuesOf(run), await valuesOf(build(floats))];
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        // On wasm few rows are rounded beside codes: to 16 bits beside 8, to 8 beside 4. A GPU adds up in another order.
        const most = { cpu: 1e-6, wasm: format.startsWith("q4") ? 5e-2 : 2e-3, webgpu: 1e-5 }[backend];
        actual.forEach((value, i) => expect(Math.abs(value - (expected[i] as number)) / largest).toBeLessThan(most));
        params.dispose();
        floats.dispose();
      }
    }),
  );
});
