import type { RotaryConfig } from "@qkv/attention";
import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { formatLabels, parseLabels } from "../../config/labels.ts";
import { formatRopeParameters, readRope } from "../../config/rope.ts";
import type { EncoderConfig, PoolerSpec } from "../../models/encoder/config.ts";

/** The reach of a layer's attention: all tokens, or those near. */
export const MODERNBERT_LAYER_TYPES = ["full_attention", "sliding_attention"] as const;

/** One of {@link MODERNBERT_LAYER_TYPES}. */
export type ModernBertLayerType = (typeof MODERNBERT_LAYER_TYPES)[number];

/** Config of a ModernBERT (arXiv:2412.13663; https://huggingface.co/docs/transformers/model_doc/modernbert). */
export interface ModernBertConfig extends EncoderConfig {
  readonly modelType: "modernbert";
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly layerTypes: readonly ModernBertLayerType[];
  /** Number of tokens before and after its own that a token sees in a layer of near ones. */
  readonly reach: number;
  /** Rotary positions of each type of layer. */
  readonly rotary: Readonly<Record<ModernBertLayerType, RotaryConfig>>;
  readonly normEps: number;
  /** Whether there is a bias: of norms, of attention, of feed-forwards, of the heads' transform, of the output layer. */
  readonly normBias: boolean;
  readonly attentionBias: boolean;
  readonly ffnBias: boolean;
  readonly classifierBias: boolean;
  readonly decoderBias: boolean;
  readonly classifierActivation: Activation;
  /** The vector that a text is classified by: of its first token, or the mean. */
  readonly classifierPooling: PoolerSpec["pooling"];
  /** Probability of dropping a value while training: of embeddings, attention, inside feed-forwards, before a head's last map. */
  readonly embeddingDropout: number;
  readonly attentionDropout: number;
  readonly ffnDropout: number;
  readonly classifierDropout: number;
}

const THETA = { full_attention: 160_000, sliding_attention: 10_000 } as const;
/** Names of the base of rotary positions before transformers 5. */
const THETA_FIELDS = { full_attention: "global_rope_theta", sliding_attention: "local_rope_theta" } as const;
const POOLINGS: Readonly<Record<string, PoolerSpec["pooling"]>> = { cls: "first", mean: "mean" };
const POOLING_NAMES: Readonly<Record<PoolerSpec["pooling"], string>> = { first: "cls", mean: "mean" };

/**
 * Reads Hugging Face's `config.json` of `model_type` "modernbert". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseModernBertConfig(json: unknown): ModernBertConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "modernbert");
  const dModel = fields.integer("hidden_size", 768);
  const numHeads = fields.divisor("num_attention_heads", 12, dModel);
  const maxPositions = fields.integer("max_position_embeddings", 8192);
  const width = dModel / numHeads;
  if ((fields.optionalInteger("head_dim") ?? width) !== width) fields.fail("head_dim", `absent or ${width}`);
  return {
    modelType: "modernbert",
    vocabSize: fields.integer("vocab_size", 50368),
    dModel,
    numHeads,
    ffnDim: fields.integer("intermediate_size", 1152),
    activation: fields.oneOf("hidden_activation", ACTIVATIONS_BY_NAME, "gelu"),
    maxPositions,
    layerTypes: layerTypesOf(fields),
    reach: Math.floor(fields.integer("local_attention", 128) / 2),
    rotary: rotaryOf(fields, width, maxPositions),
    normEps: fields.number("norm_eps", 1e-5),
    normBias: fields.boolean("norm_bias", false),
    attentionBias: fields.boolean("attention_bias", false),
    ffnBias: fields.boolean("mlp_bias", false),
    classifierBias: fields.boolean("classifier_bias", false),
    decoderBias: fields.boolean("decoder_bias", true),
    classifierActivation: fields.oneOf("classifier_activation", ACTIVATIONS_BY_NAME, "gelu"),
    classifierPooling: fields.oneOf("classifier_pooling", POOLINGS, "cls"),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    embeddingDropout: fields.rate("embedding_dropout", 0),
    attentionDropout: fields.rate("attention_dropout", 0),
    ffnDropout: fields.rate("mlp_dropout", 0),
    classifierDropout: fields.rate("classifier_dropout", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    padTokenId: fields.integer("pad_token_id", 50283),
    ...parseLabels(fields),
  };
}

function layerTypesOf(fields: ConfigFields): readonly ModernBertLayerType[] {
  const numLayers = fields.integer("num_hidden_layers", 22);
  const types = fields.optionalStrings("layer_types");
  if (types === undefined) {
    const every = fields.integer("global_attn_every_n_layers", 3);
    if (every === 0) fields.fail("global_attn_every_n_layers", "a whole number above 0");
    return Array.from({ length: numLayers }, (_, i) => (i % every === 0 ? "full_attention" : "sliding_attention"));
  }
  const isType = (type: string) => MODERNBERT_LAYER_TYPES.includes(type as ModernBertLayerType);
  if (types.length === numLayers && types.every(isType)) return types as readonly ModernBertLayerType[];
  return fields.fail("layer_types", `${numLayers} of ${MODERNBERT_LAYER_TYPES.join(", ")}`);
}

function rotaryOf(fields: ConfigFields, headDim: number, maxPositions: number): ModernBertConfig["rotary"] {
  const each = fields.optionalObject("rope_parameters");
  const scaling = fields.optionalObject("rope_scaling");
  const isScaled = scaling?.isEmpty() === false;
  if (each !== undefined && isScaled) fields.fail("rope_scaling", "absent beside rope_parameters");
  each?.expectOnly(MODERNBERT_LAYER_TYPES);
  const of = (type: ModernBertLayerType) => {
    const options = { theta: THETA[type], thetaField: THETA_FIELDS[type] };
    return readRope(fields, isScaled ? scaling : each?.optionalObject(type), headDim, maxPositions, options);
  };
  return { full_attention: of("full_attention"), sliding_attention: of("sliding_attention") };
}

/** Formats a `config.json` that transformers loads as ModernBERT: {@link parseModernBertConfig} reads it back. */
export function formatModernBertConfig(config: ModernBertConfig): Record<string, unknown> {
  checkRecord("formatModernBertConfig", "config", config);
  const { rotary, layerTypes } = config;
  return {
    model_type: "modernbert",
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    num_hidden_layers: layerTypes.length,
    num_attention_heads: config.numHeads,
    intermediate_size: config.ffnDim,
    hidden_activation: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    layer_types: layerTypes,
    local_attention: 2 * config.reach,
    rope_parameters: {
      full_attention: formatRopeParameters(rotary.full_attention),
      sliding_attention: formatRopeParameters(rotary.sliding_attention),
    },
    norm_eps: config.normEps,
    norm_bias: config.normBias,
    attention_bias: config.attentionBias,
    mlp_bias: config.ffnBias,
    classifier_bias: config.classifierBias,
    decoder_bias: config.decoderBias,
    classifier_activation: ACTIVATION_NAMES[config.classifierActivation],
    classifier_pooling: POOLING_NAMES[config.classifierPooling],
    tie_word_embeddings: config.tieWordEmbeddings,
    embedding_dropout: config.embeddingDropout,
    attention_dropout: config.attentionDropout,
    mlp_dropout: config.ffnDropout,
    classifier_dropout: config.classifierDropout,
    initializer_range: config.initializerRange,
    pad_token_id: config.padTokenId,
    ...formatLabels(config),
  };
}
