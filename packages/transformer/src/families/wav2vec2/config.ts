import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";

/** A convolution of the feature encoder. */
export interface FeatureConvolution {
  /** The number of channels that it gives. */
  readonly dim: number;
  readonly kernel: number;
  readonly stride: number;
}

/**
 * Config of a wav2vec 2.0 (arXiv:2006.11477) or a HuBERT (arXiv:2106.07447);
 * https://huggingface.co/docs/transformers/model_doc/wav2vec2.
 */
export interface Wav2Vec2Config {
  readonly modelType: "wav2vec2" | "hubert";
  readonly vocabSize: number;
  /** E */
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normEps: number;
  readonly convolutions: readonly FeatureConvolution[];
  readonly convolutionBias: boolean;
  /** `group`: the first convolution is normalised over time; `layer`: each is over its channels. */
  readonly convolutionNorm: "group" | "layer";
  readonly convolutionActivation: Activation;
  /** The width of the convolution that gives positions, in steps, and the number of its groups. */
  readonly positionKernel: number;
  readonly positionGroups: number;
  /** Whether norms come before sublayers (`do_stable_layer_norm`). */
  readonly isPreNorm: boolean;
  /** The token of nothing: the blank of connectionist temporal classification. */
  readonly padTokenId: number;
  /** What the loss of a batch is of those of its sounds: their sum, or the mean of each by the number of its tokens. */
  readonly ctcLossReduction: "sum" | "mean";
  /** Whether a text that does not fit into the steps of its sound costs 0 in training instead of Infinity. */
  readonly ctcZeroInfinity: boolean;
  readonly dropout: number;
  readonly attentionDropout: number;
  readonly activationDropout: number;
  readonly projectionDropout: number;
  readonly finalDropout: number;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

const TYPES = { wav2vec2: "wav2vec2", hubert: "hubert" } as const;
const REDUCTIONS = { sum: "sum", mean: "mean" } as const;
const NORMS = { group: "group", layer: "layer" } as const;
const [DIMS, KERNELS, STRIDES] = [Array<number>(7).fill(512), [10, 3, 3, 3, 3, 2, 2], [5, 2, 2, 2, 2, 2, 2]];

/**
 * Reads Hugging Face's `config.json` of `model_type` "wav2vec2" or "hubert". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field: adapters, batch norm of positions and features without a norm are not supported
 */
export function parseWav2Vec2Config(json: unknown): Wav2Vec2Config {
  const fields = new ConfigFields(json);
  const modelType = fields.oneOf("model_type", TYPES, "");
  const dModel = fields.integer("hidden_size", 768);
  if (fields.boolean("add_adapter", false)) fields.fail("add_adapter", "false");
  if (fields.optionalInteger("adapter_attn_dim") !== undefined) fields.fail("adapter_attn_dim", "null");
  if (modelType === "hubert") {
    if (fields.boolean("conv_pos_batch_norm", false)) fields.fail("conv_pos_batch_norm", "false");
    if (!fields.boolean("feat_proj_layer_norm", true)) fields.fail("feat_proj_layer_norm", "true");
  }
  return {
    modelType,
    vocabSize: fields.integer("vocab_size", 32),
    dModel,
    numLayers: fields.integer("num_hidden_layers", 12),
    numHeads: fields.divisor("num_attention_heads", 12, dModel),
    ffnDim: fields.integer("intermediate_size", 3072),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "gelu"),
    normEps: fields.number("layer_norm_eps", 1e-5),
    convolutions: convolutionsOf(fields),
    convolutionBias: fields.boolean("conv_bias", false),
    convolutionNorm: fields.oneOf("feat_extract_norm", NORMS, "group"),
    convolutionActivation: fields.oneOf("feat_extract_activation", ACTIVATIONS_BY_NAME, "gelu"),
    positionKernel: fields.integer("num_conv_pos_embeddings", 128) || fields.fail("num_conv_pos_embeddings", "above 0"),
    positionGroups: fields.divisor("num_conv_pos_embedding_groups", 16, dModel),
    isPreNorm: fields.boolean("do_stable_layer_norm", false),
    padTokenId: fields.integer("pad_token_id", 0),
    ctcLossReduction: fields.oneOf("ctc_loss_reduction", REDUCTIONS, "sum"),
    ctcZeroInfinity: fields.boolean("ctc_zero_infinity", false),
    dropout: fields.rate("hidden_dropout", 0.1),
    attentionDropout: fields.rate("attention_dropout", 0.1),
    activationDropout: fields.rate("activation_dropout", 0.1),
    projectionDropout: fields.rate("feat_proj_dropout", 0),
    finalDropout: fields.rate("final_dropout", 0.1),
    initializerRange: fields.number("initializer_range", 0.02),
  };
}

function convolutionsOf(fields: ConfigFields): readonly FeatureConvolution[] {
  const dims = fields.integers("conv_dim", DIMS);
  const kernels = fields.integers("conv_kernel", KERNELS);
  const strides = fields.integers("conv_stride", STRIDES);
  if (dims.length === 0) fields.fail("conv_dim", "a list of at least one");
  if (kernels.length !== dims.length) fields.fail("conv_kernel", `a list of ${dims.length}, as conv_dim`);
  if (strides.length !== dims.length) fields.fail("conv_stride", `a list of ${dims.length}, as conv_dim`);
  return dims.map((dim, i) => ({ dim, kernel: kernels[i] ?? 1, stride: strides[i] ?? 1 }));
}

/** Formats a `config.json` that transformers loads as this model: {@link parseWav2Vec2Config} reads it back. */
export function formatWav2Vec2Config(config: Wav2Vec2Config): Record<string, unknown> {
  checkRecord("formatWav2Vec2Config", "config", config);
  return {
    model_type: config.modelType,
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    layer_norm_eps: config.normEps,
    conv_dim: config.convolutions.map(({ dim }) => dim),
    conv_kernel: config.convolutions.map(({ kernel }) => kernel),
    conv_stride: config.convolutions.map(({ stride }) => stride),
    conv_bias: config.convolutionBias,
    feat_extract_norm: config.convolutionNorm,
    feat_extract_activation: ACTIVATION_NAMES[config.convolutionActivation],
    num_conv_pos_embeddings: config.positionKernel,
    num_conv_pos_embedding_groups: config.positionGroups,
    do_stable_layer_norm: config.isPreNorm,
    pad_token_id: config.padTokenId,
    ctc_loss_reduction: config.ctcLossReduction,
    ctc_zero_infinity: config.ctcZeroInfinity,
    hidden_dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    activation_dropout: config.activationDropout,
    feat_proj_dropout: config.projectionDropout,
    final_dropout: config.finalDropout,
    initializer_range: config.initializerRange,
    mask_time_prob: 0, // the vector of masked steps, of training in Python, is not kept
    mask_feature_prob: 0,
  };
}
