// A small model of every family, and a forward pass of it.
import { GraphAttention, sparseGraph } from "../packages/attention/src/index.ts";
import { GruDecoder, GruEncoder, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import {
  albert,
  bart,
  type BartModel,
  bert,
  buildEncoder,
  debertaV2,
  distilbert,
  electra,
  gpt2,
  llama,
  m2m100,
  marian,
  modernbert,
  mpnet,
  roberta,
  type Seq2SeqLanguageModel,
  t5,
} from "../packages/transformer/src/index.ts";
import {
  beit,
  BeitClassifier,
  type BeitConfig,
  clip,
  clipClassifier,
  depthAnything,
  type DepthAnything,
  DistilledVitClassifier,
  siglip,
  siglipClassifier,
  swin,
  SwinClassifier,
  type TwoTowerModel,
  vit,
  VitClassifier,
  vitConfig,
  type VitModel,
  yolos,
  type YolosDetector,
  type VitSizes,
} from "../packages/vit/src/index.ts";

/** A forward pass; the caller owns the result. */
export type Run = () => tf.Tensor;

const VIT: VitSizes = {
  ...{ imageSize: 4, patchSize: 2, dModel: 4, numLayers: 2, numHeads: 2, ffnDim: 6, labels: ["a", "b"] },
  ...{ stem: [{ channels: 3, stride: 1 }], registerTokens: 2 },
};
const MARIAN = {
  ...{ model_type: "marian", vocab_size: 9, pad_token_id: 8, decoder_start_token_id: 8, d_model: 4 },
  ...{ encoder_layers: 1, encoder_attention_heads: 2, encoder_ffn_dim: 5 },
  ...{ decoder_layers: 1, decoder_attention_heads: 2, decoder_ffn_dim: 5 },
};
const T5 = { model_type: "t5", vocab_size: 9, d_model: 4, d_kv: 3, num_heads: 2, d_ff: 5, num_layers: 1 };
const LLAMA = {
  ...{ vocab_size: 9, hidden_size: 4, intermediate_size: 6, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ num_key_value_heads: 1, head_dim: 2, attention_bias: true },
};
const GPT2 = { model_type: "gpt2", vocab_size: 9, n_embd: 4, n_head: 2, n_layer: 1, n_positions: 5 };

const BERT = {
  ...{ model_type: "bert", vocab_size: 9, hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 2 },
  ...{ intermediate_size: 5, max_position_embeddings: 5, num_labels: 2 },
};
const NARROW = { ...BERT, embedding_size: 3 };
const DISTILBERT = {
  ...{ model_type: "distilbert", vocab_size: 9, dim: 4, n_layers: 1, n_heads: 2, hidden_dim: 5, num_labels: 2 },
  max_position_embeddings: 5,
};
const MODERN = { ...BERT, model_type: "modernbert", num_hidden_layers: 2, norm_bias: true };
const DEBERTA = {
  ...{ ...BERT, model_type: "deberta-v2", relative_attention: true, norm_rel_ebd: "layer_norm" },
  pos_att_type: ["c2p", "p2c"],
};
const DINO_V3 = {
  ...{ model_type: "dinov3_vit", image_size: 4, patch_size: 2, hidden_size: 8, num_hidden_layers: 1 },
  ...{ num_attention_heads: 2, intermediate_size: 5, num_register_tokens: 2 },
};
const SWIN = {
  ...{ model_type: "swin", image_size: 8, patch_size: 2, embed_dim: 4, depths: [1, 1], num_heads: [1, 2] },
  ...{ window_size: 2, use_absolute_embeddings: true, num_labels: 2 },
};

const BEIT = {
  ...{ model_type: "beit", image_size: 4, patch_size: 2, hidden_size: 4, num_hidden_layers: 2, num_labels: 2 },
  ...{ num_attention_heads: 2, intermediate_size: 5, use_relative_position_bias: true },
  use_shared_relative_position_bias: true,
};
const YOLOS = {
  ...{ model_type: "yolos", image_size: [4, 4], patch_size: 2, hidden_size: 4, num_hidden_layers: 2 },
  ...{ num_attention_heads: 2, intermediate_size: 5, num_detection_tokens: 2, num_labels: 2 },
};
const DEPTH = {
  ...{ model_type: "depth_anything", patch_size: 2, reassemble_hidden_size: 4, neck_hidden_sizes: [2, 3] },
  ...{ reassemble_factors: [2, 0.5], fusion_hidden_size: 4, head_hidden_size: 3 },
  backbone_config: {
    ...{ model_type: "dinov2", image_size: 4, patch_size: 2, hidden_size: 4, num_hidden_layers: 2 },
    ...{ num_attention_heads: 2, mlp_ratio: 1, out_indices: [1, 2], reshape_hidden_states: false },
  },
};
const TOWER = { hidden_size: 4, num_hidden_layers: 1, num_attention_heads: 2, intermediate_size: 5 };
const TOWERS = {
  text_config: { ...TOWER, vocab_size: 9, eos_token_id: 2 },
  vision_config: { ...TOWER, image_size: 4, patch_size: 2 },
  projection_dim: 3,
};

/** Models by name: each is built from parameters, and gives its forward pass. */
export const SMALL_MODELS: readonly (readonly [name: string, build: (params: Params) => Run])[] = [
  ["Marian", (params) => seq2seq(marian.build(params, marian.parseConfig(MARIAN)))],
  [
    "Marian with tables and a head of its own",
    (params) =>
      seq2seq(
        marian.build(
          params,
          marian.parseConfig({ ...MARIAN, share_encoder_decoder_embeddings: false, tie_word_embeddings: false }),
        ),
      ),
  ],
  ["T5", (params) => seq2seq(t5.build(params, t5.parseConfig(T5)))],
  [
    "T5 1.1",
    (params) =>
      seq2seq(t5.build(params, t5.parseConfig({ ...T5, feed_forward_proj: "gated-gelu", tie_word_embeddings: false }))),
  ],
  ["BART", (params) => seq2seq(bart.build(params, bart.parseConfig({ ...MARIAN, model_type: "bart" })) as BartModel)],
  ["M2M100", (params) => seq2seq(m2m100.build(params, m2m100.parseConfig({ ...MARIAN, model_type: "m2m_100" })))],
  ["BERT for masked tokens", (params) => text(buildEncoder(bert, "maskedLM", params, bert.parseConfig(BERT)))],
  [
    "BERT with a head of its own",
    (params) => text(buildEncoder(bert, "maskedLM", params, bert.parseConfig({ ...BERT, tie_word_embeddings: false }))),
  ],
  ["BERT for classes", (params) => text(buildEncoder(bert, "sequenceClassification", params, bert.parseConfig(BERT)))],
  [
    "RoBERTa",
    (params) =>
      text(buildEncoder(roberta, "maskedLM", params, roberta.parseConfig({ ...BERT, model_type: "roberta" }))),
  ],
  [
    "MPNet",
    (params) =>
      text(buildEncoder(mpnet, "tokenClassification", params, mpnet.parseConfig({ ...BERT, model_type: "mpnet" }))),
  ],
  [
    "DistilBERT",
    (params) => text(buildEncoder(distilbert, "sequenceClassification", params, distilbert.parseConfig(DISTILBERT))),
  ],
  [
    "ELECTRA",
    (params) =>
      text(
        buildEncoder(
          electra,
          "replacedTokenDetection",
          params,
          electra.parseConfig({ ...NARROW, model_type: "electra" }),
        ),
      ),
  ],
  [
    "ALBERT",
    (params) => text(buildEncoder(albert, "maskedLM", params, albert.parseConfig({ ...NARROW, model_type: "albert" }))),
  ],
  ["ModernBERT", (params) => text(buildEncoder(modernbert, "maskedLM", params, modernbert.parseConfig({ ...MODERN })))],
  ["DeBERTa", (params) => text(buildEncoder(debertaV2, "maskedLM", params, debertaV2.parseConfig(DEBERTA)))],
  ["GPT-2", (params) => text(gpt2.build(params, gpt2.parseConfig(GPT2)))],
  [
    "GPT-2 with a head of its own",
    (params) => text(gpt2.build(params, gpt2.parseConfig({ ...GPT2, tie_word_embeddings: false }))),
  ],
  ["Llama", (params) => text(llama.build(params, llama.parseConfig({ ...LLAMA, model_type: "llama" })))],
  ["Qwen 3", (params) => text(llama.build(params, llama.parseConfig({ ...LLAMA, model_type: "qwen3" })))],
  ["ViT", (params) => vision(new VitClassifier(params, vitConfig(VIT)), 4)],
  ["DeiT", (params) => vision(new DistilledVitClassifier(params, vitConfig({ ...VIT, distillationToken: true })), 4)],
  [
    "DINOv2",
    (params) => vision(new VitClassifier(params, vitConfig({ ...VIT, pooling: "classAndMean", layerScale: 1 })), 4),
  ],
  [
    "DINOv2 with SwiGLU",
    (params) => vision(new VitClassifier(params, vitConfig({ ...VIT, swiGlu: true, layerScale: 1 })), 4),
  ],
  ["DINOv3", (params) => hidden(vit.build(params, vit.parseConfig(DINO_V3)) as VitModel)],
  ["Swin", (params) => vision(new SwinClassifier(params, swin.parseConfig(SWIN)), 8)],
  ["BEiT", (params) => vision(new BeitClassifier(params, beit.parseConfig(BEIT) as BeitConfig), 4)],
  ["YOLOS", (params) => detections(yolos.build(params, yolos.parseConfig(YOLOS)))],
  ["Depth Anything", (params) => depth(depthAnything.build(params, depthAnything.parseConfig(DEPTH)))],
  ["CLIP", (params) => imageText(clip.build(params, clip.parseConfig({ model_type: "clip", ...TOWERS })))],
  ["SigLIP", (params) => imageText(siglip.build(params, siglip.parseConfig({ model_type: "siglip", ...TOWERS })))],
  [
    "a classifier on CLIP",
    (params) => vision(clipClassifier.build(params, clipClassifier.parseConfig({ model_type: "clip", ...TOWERS })), 4),
  ],
  [
    "a classifier on SigLIP",
    (params) =>
      vision(siglipClassifier.build(params, siglipClassifier.parseConfig({ model_type: "siglip", ...TOWERS })), 4),
  ],
  ["GRU seq2seq", recurrent],
  ["graph attention", graphAttention],
];

const ids = (values: readonly number[]) => tf.tensor2d([...values], [1, values.length], "int32");

function seq2seq(model: Pick<Seq2SeqLanguageModel, "forward">): Run {
  return () => tf.tidy(() => model.forward({ ids: ids([1, 5, 2, 0]), decoderIds: ids([8, 3, 7]) }).logits);
}

function text(model: { forward(inputs: { readonly ids: tf.Tensor }): { readonly logits: tf.Tensor } }): Run {
  return () => tf.tidy(() => model.forward({ ids: ids([1, 5, 2]) }).logits);
}

function vision(model: { forward(pixels: tf.Tensor): { readonly logits: tf.Tensor } }, side: number): Run {
  return () => tf.tidy(() => model.forward(tf.randomNormal([1, 3, side, side], 0, 1, "float32", 1)).logits);
}

function hidden(model: VitModel): Run {
  return () => tf.tidy(() => model.forward(tf.randomNormal([1, 3, 4, 6], 0, 1, "float32", 1)).lastHiddenState);
}

function detections(model: YolosDetector): Run {
  return () =>
    tf.tidy(() => {
      const { logits, predBoxes } = model.forward(tf.randomNormal([1, 3, 4, 4], 0, 1, "float32", 1));
      return tf.concat([tf.reshape(logits, [-1]), tf.reshape(predBoxes, [-1])]);
    });
}

function depth(model: DepthAnything): Run {
  return () => tf.tidy(() => model.forward(tf.randomNormal([1, 3, 4, 4], 0, 1, "float32", 1)).predictedDepth);
}

function imageText(model: TwoTowerModel): Run {
  const images = () => tf.randomNormal([2, 3, 4, 4], 0, 1, "float32", 1);
  return () => tf.tidy(() => model.forward({ ids: ids([1, 5, 2]), pixels: images() }).logitsPerImage);
}

function recurrent(params: Params): Run {
  const sizes = { vocabSize: 9, embeddingDim: 3, hiddenDim: 4 };
  const encoder = new GruEncoder(params.at("encoder"), { ...sizes, bidirectional: true });
  const decoder = new GruDecoder(params.at("decoder"), { ...sizes, contextDim: 8 });
  return () =>
    tf.tidy(() => {
      const { output, state } = encoder.forward(ids([1, 5, 2, 0]));
      const context = tf.mean(output, 1) as tf.Tensor2D;
      return decoder.forward(ids([8, 3]), state.slice(0, 1), () => context).logits;
    });
}

function graphAttention(params: Params): Run {
  const layer = new GraphAttention(params, { inputDim: 3, headDim: 2, numHeads: 2 });
  const graph = sparseGraph(
    3,
    [
      [0, 1],
      [2, 1],
    ],
    { undirected: true, selfLoops: true },
  );
  return () => tf.tidy(() => layer.forward(tf.randomNormal([3, 3], 0, 1, "float32", 1), graph));
}
