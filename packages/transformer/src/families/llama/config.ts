import { checkRecord } from "@qkv/ops";
import type { RotaryConfig } from "@qkv/attention";
import type { Activation } from "@qkv/nn";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope, parseRope } from "../../config/rope.ts";
import { specialTokenFields, specialTokens } from "../../config/specialTokens.ts";
import type { CausalConfig } from "../../models/causal/config.ts";
import { LLAMA_TYPES, type LlamaType } from "./modelTypes.ts";
import { formatWindows, parseWindows, type Windows } from "./windows.ts";

/**
 * Config of a Llama, Mistral, Qwen 2 or Qwen 3 (https://huggingface.co/docs/transformers/model_doc/llama). Qwen 2 has
 * biases on queries, keys and values; Qwen 3 has norms on queries and keys.
 */
export interface LlamaConfig extends CausalConfig {
  readonly modelType: LlamaType;
  readonly numLayers: number;
  readonly numHeads: number;
  /** Fewer than heads: queries share keys and values in groups. */
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normEps: number;
  /** Whether all projections of the attention have a bias. Only Llama and Qwen 3 may have them. */
  readonly attentionBias: boolean;
  /** Whether the feed-forward's maps have a bias. Only Llama may have them. */
  readonly ffnBias: boolean;
  readonly rotary: RotaryConfig;
  /** Absent: a query sees all keys up to its own, in every layer. */
  readonly windows?: Windows;
  /** Probability of dropping an attention probability while training. */
  readonly attentionDropout: number;
}

interface Defaults {
  readonly ffnDim: number;
  readonly numKeyValueHeads: number | undefined;
  readonly vocabSize: number;
  readonly maxPositions: number;
  readonly hiddenSize: number;
  readonly headDim: number | undefined;
  readonly bos?: number;
  readonly eos?: number;
}

// transformers' defaults for absent fields.
const LLAMA: Defaults = {
  ...{ vocabSize: 32000, hiddenSize: 4096, ffnDim: 11008, maxPositions: 2048 },
  ...{ numKeyValueHeads: undefined, headDim: undefined, bos: 1, eos: 2 },
};
const QWEN: Defaults = {
  ...{ vocabSize: 151936, hiddenSize: 4096, ffnDim: 22016, maxPositions: 32768 },
  ...{ numKeyValueHeads: 32, headDim: undefined },
};
const DEFAULTS: Readonly<Record<LlamaType, Defaults>> = {
  llama: LLAMA,
  mistral: { ...LLAMA, ffnDim: 14336, maxPositions: 131072, numKeyValueHeads: 8 },
  qwen2: QWEN,
  qwen3: { ...QWEN, headDim: 128 },
};

/**
 * Reads Hugging Face's `config.json` of `model_type` "llama", "mistral", "qwen2" or "qwen3"
 * (https://huggingface.co/docs/transformers/model_doc/llama). Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseLlamaConfig(json: unknown): LlamaConfig {
  const fields = new ConfigFields(json);
  const type = fields.oneOf("model_type", Object.fromEntries(LLAMA_TYPES.map((each) => [each, each])), "");
  const defaults = DEFAULTS[type];
  const dModel = fields.integer("hidden_size", defaults.hiddenSize);
  const numHeads = fields.integer("num_attention_heads", 32);
  const groups = fields.isNull("num_key_value_heads") ? numHeads : (defaults.numKeyValueHeads ?? numHeads);
  const numKeyValueHeads = fields.divisor("num_key_value_heads", groups, numHeads);
  const headDim = fields.optionalInteger("head_dim") ?? defaults.headDim ?? dModel / numHeads;
  if (!Number.isSafeInteger(headDim) || headDim < 1) fields.fail("num_attention_heads", `a divisor of ${dModel}`);
  const maxPositions = fields.integer("max_position_embeddings", defaults.maxPositions);
  const numLayers = fields.integer("num_hidden_layers", 32);
  return {
    modelType: type,
    vocabSize: fields.integer("vocab_size", defaults.vocabSize),
    ...{ dModel, numHeads, numKeyValueHeads, headDim },
    numLayers,
    ffnDim: fields.integer("intermediate_size", defaults.ffnDim),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "silu"),
    normEps: fields.number("rms_norm_eps", 1e-6),
    attentionBias: (type === "llama" || type === "qwen3") && fields.boolean("attention_bias", false),
    ffnBias: type === "llama" && fields.boolean("mlp_bias", false),
    maxPositions,
    rotary: parseRope(fields, headDim, maxPositions),
    ...parseWindows(fields, type, numLayers),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", false),
    attentionDropout: fields.rate("attention_dropout", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, defaults),
  };
}

/**
 * Formats a `config.json` that transformers loads as one of {@link LLAMA_TYPES}: {@link parseLlamaConfig} reads it
 * back.
 */
export function formatLlamaConfig(config: LlamaConfig): Record<string, unknown> {
  checkRecord("formatLlamaConfig", "config", config);
  const type = config.modelType;
  return {
    model_type: type,
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    intermediate_size: config.ffnDim,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKeyValueHeads,
    head_dim: config.headDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    initializer_range: config.initializerRange,
    rms_norm_eps: config.normEps,
    tie_word_embeddings: config.tieWordEmbeddings,
    attention_dropout: config.attentionDropout,
    ...((type === "llama" || type === "qwen3") && { attention_bias: config.attentionBias }),
    ...(type === "llama" && { mlp_bias: config.ffnBias }),
    ...formatRope(config.rotary),
    ...formatWindows(config.windows, type),
    ...specialTokenFields(config),
  };
}
