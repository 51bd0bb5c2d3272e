import { Params, Recorder } from "@qkv/nn";
import { describeBackends, expectClose } from "@qkv/testing";
import { bart, m2m100, marian, pegasus, type Seq2SeqLanguageModel, t5 } from "@qkv/transformer";
import { familyOf } from "./causalGolden.ts";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";

// Every family runs a kernel a layer, as long as nobody looks inside.

const sizes = {
  ...{ vocab_size: 50, hidden_size: 24, intermediate_size: 40, num_hidden_layers: 3, max_position_embeddings: 64 },
  ...{ num_attention_heads: 4, num_key_value_heads: 2, head_dim: 6, bos_token_id: 1, eos_token_id: 2 },
};
const CONFIGS: readonly Readonly<Record<string, unknown>>[] = [
  { model_type: "llama" },
  { model_type: "mistral", sliding_window: 4 },
  { model_type: "qwen2" },
  { model_type: "qwen3" },
  { model_type: "gpt2", n_embd: 24, n_head: 4, n_layer: 3, n_positions: 64 },
  { model_type: "gemma" },
  { model_type: "gemma2", sliding_window: 4, attn_logit_softcapping: 1, final_logit_softcapping: 2 },
  { model_type: "gemma3_text", sliding_window: 4, sliding_window_pattern: 2 },
  { model_type: "smollm3", no_rope_layer_interval: 2 },
  { model_type: "phi3", rope_parameters: { partial_rotary_factor: 0.7 } },
  { model_type: "olmo2" },
  { model_type: "granite", residual_multiplier: 0.4, attention_multiplier: 0.3 },
  { model_type: "gpt_neox", num_key_value_heads: 4, rotary_pct: 0.7 },
  { model_type: "gpt_neox", num_key_value_heads: 4, rotary_pct: 0.7, use_parallel_residual: false },
];
const MARIAN = marian.parseConfig({
  ...{ model_type: "marian", vocab_size: 50, pad_token_id: 49, decoder_start_token_id: 49, d_model: 24 },
  ...{ encoder_layers: 2, decoder_layers: 3, encoder_attention_heads: 4, decoder_attention_heads: 4 },
  ...{ encoder_ffn_dim: 40, decoder_ffn_dim: 40, max_position_embeddings: 64 },
});

const T5 = {
  ...{ model_type: "t5", vocab_size: 50, d_model: 24, d_kv: 7, num_heads: 4, d_ff: 40 },
  ...{ num_layers: 2, num_decoder_layers: 3, relative_attention_num_buckets: 8, relative_attention_max_distance: 9 },
};

let seed = 11;
const randomized = () => Params.from((_name, shape) => tf.randomNormal(shape, 0, 0.3, "float32", ++seed));
const idsOf = (batch: number, length: number) =>
  tf.tensor2d(
    Array.from({ length: batch * length }, (_, i) => 3 + ((i * 7) % 40)),
    [batch, length],
    "int32",
  );

interface Run {
  readonly logits: Float32Array;
  /** The kernels that attention is made of, or of which a layer is one. */
  readonly kernels: readonly string[];
}

async function profiled(run: () => { logits: tf.Tensor }): Promise<Run> {
  let logits: tf.Tensor | undefined;
  const { kernels } = await tf.profile(() => void ({ logits } = run()));
  const data = (await logits?.data()) as Float32Array;
  logits?.dispose();
  const names = kernels.map(({ name }) => name);
  return { logits: data, kernels: names.filter((name) => /^Qkv(TransformerLayer|Attention)$/.test(name)) };
}

const layers = (count: number): string[] => Array<string>(count).fill("QkvTransformerLayer");

describeBackends(
  "a kernel a layer",
  () => {
    test.each(CONFIGS)("%j", async (json) => {
      const family = familyOf(json);
      using model = family.build(randomized(), family.parseConfig({ ...sizes, ...json }));
      using cache = model.createCache();
      using watchedCache = model.createCache();
      for (const length of [6, 1, 1]) {
        const ids = idsOf(2, length);
        const { logits, kernels } = await profiled(() => model.decode(ids, { cache }));
        expect(kernels).toEqual(layers(3));
        using taps = new Recorder(["layers.1.selfAttn.heads"]);
        const watched = await profiled(() => model.decode(ids, { cache: watchedCache, taps }));
        // Soft caps alone have no kernel of an attention.
        const attention = "attn_logit_softcapping" in json ? [] : ["QkvAttention"];
        expect(watched.kernels).toEqual(["QkvTransformerLayer", ...attention, "QkvTransformerLayer"]);
        await expectClose(logits, watched.logits);
        ids.dispose();
      }
    });

    test.each([marian, bart, m2m100, pegasus])("$modelTypes", async (family) => {
      const config = { ...marian.formatConfig(MARIAN), model_type: family.modelTypes[0] };
      using model = family.build(randomized(), family.parseConfig(config) as never) as Seq2SeqLanguageModel;
      const [ids, decoderIds] = [idsOf(2, 5), idsOf(2, 1)];
      const { kernels } = await profiled(() => model.forward({ ids, decoderIds }));
      expect(kernels).toEqual(layers(5));
      tf.dispose([ids, decoderIds]);
    });

    test("a step of marian computes its embeddings, layers and logits, and copies nothing", async () => {
      using model = marian.build(randomized(), MARIAN);
      const [ids, start, next] = [idsOf(2, 5), idsOf(2, 1), idsOf(2, 1)];
      const memory = model.encode(ids);
      using cache = model.createCache();
      for (const ids of [start, next]) model.decode(ids, memory, { cache }).logits.dispose(); // the second makes room
      const { kernels } = await tf.profile(() => model.decode(next, memory, { cache }).logits.dispose());
      const embeddings = ["GatherV2", ...(MARIAN.scaleEmbedding ? ["Multiply"] : []), "Add"];
      expect(kernels.map(({ name }) => name)).toEqual([
        ...embeddings,
        ...layers(MARIAN.decoderLayers),
        ...["Reshape", "QkvLinear"],
      ]);
      tf.dispose([ids, start, next, memory] as unknown as tf.TensorContainer);
    });

    test.each(["relu", "gated-gelu"])("t5, %s", async (feed_forward_proj) => {
      using model = t5.build(randomized(), t5.parseConfig({ ...T5, feed_forward_proj }));
      const [ids, decoderIds] = [idsOf(2, 12), idsOf(2, 5)];
      const attentionMask = tf.tidy(() => tf.notEqual(ids, 3)) as tf.Tensor2D;
      const { kernels, logits } = await profiled(() => model.forward({ ids, attentionMask, decoderIds }));
      expect(kernels).toEqual(layers(5));
      using taps = new Recorder(["*.layers.*.selfAttn.heads"]);
      const watched = await profiled(() => model.forward({ ids, attentionMask, decoderIds }, { taps }));
      expect(watched.kernels).not.toContain("QkvTransformerLayer");
      await expectClose(logits, watched.logits);
      tf.dispose([ids, attentionMask, decoderIds]);
    });
  },
  ["wasm"],
);
