import type { RotaryConfig } from "@qkv/attention";
import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { formatRope, parseRope } from "../../config/rope.ts";
import { specialTokenFields, specialTokens } from "../../config/specialTokens.ts";
import type { CausalConfig } from "../../models/causal/config.ts";

/** Config of a Falcon, 1 and 2 (https://huggingface.co/docs/transformers/model_doc/falcon). */
export interface FalconConfig extends CausalConfig {
  readonly modelType: "falcon";
  readonly numLayers: number;
  readonly numHeads: number;
  /** 1: all heads share keys and values. */
  readonly numKeyValueHeads: number;
  /** Whether it is of the architecture of Falcon 40B, whose files have the heads in groups. */
  readonly isNewArchitecture: boolean;
  /** Attention and feed-forward one after the other, or side by side behind one norm or a norm each. */
  readonly residual: "sequential" | "sharedNorm" | "ownNorms";
  readonly ffnDim: number;
  readonly activation: Activation;
  /** Whether all linear maps have a bias. */
  readonly hasBias: boolean;
  readonly normEps: number;
  /** Absent: positions are ALiBi's. */
  readonly rotary?: RotaryConfig;
  /** Probability of dropping a value of a sublayer's output while training, or with ALiBi an attention probability. */
  readonly dropout: number;
  readonly attentionDropout: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "falcon". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseFalconConfig(json: unknown): FalconConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "falcon");
  const dModel = fields.optionalInteger("n_embed") ?? fields.integer("hidden_size", 4544);
  const numHeads = fields.divisor("num_attention_heads", 71, dModel);
  const isNewArchitecture = fields.boolean("new_decoder_architecture", false);
  const maxPositions = fields.integer("max_position_embeddings", 2048);
  return {
    modelType: "falcon",
    vocabSize: fields.integer("vocab_size", 65024),
    dModel,
    numLayers: fields.integer("num_hidden_layers", 32),
    numHeads,
    numKeyValueHeads: groupsOf(fields, isNewArchitecture, numHeads),
    isNewArchitecture,
    residual: residualOf(fields, isNewArchitecture),
    ffnDim: fields.integer("ffn_hidden_size", 4 * dModel),
    activation: fields.oneOf("activation", ACTIVATIONS_BY_NAME, "gelu"),
    hasBias: fields.boolean("bias", false),
    normEps: fields.number("layer_norm_epsilon", 1e-5),
    ...(!fields.boolean("alibi", false) && { rotary: parseRope(fields, dModel / numHeads, maxPositions) }),
    maxPositions,
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", true),
    dropout: fields.rate("hidden_dropout", 0),
    attentionDropout: fields.rate("attention_dropout", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, { bos: 11, eos: 11 }),
  };
}

function groupsOf(fields: ConfigFields, isNewArchitecture: boolean, numHeads: number): number {
  if (isNewArchitecture) return fields.divisor("num_kv_heads", numHeads, numHeads);
  return fields.boolean("multi_query", true) ? 1 : numHeads;
}

function residualOf(fields: ConfigFields, isNewArchitecture: boolean): FalconConfig["residual"] {
  const isParallel = fields.boolean("parallel_attn", true);
  const norms = fields.integer("num_ln_in_parallel_attn", isNewArchitecture ? 2 : 1);
  if (!isParallel) {
    return isNewArchitecture ? fields.fail("parallel_attn", "true with new_decoder_architecture") : "sequential";
  }
  if (norms === 2 && isNewArchitecture) return "ownNorms";
  const expected = isNewArchitecture ? "1 or 2" : "1 without new_decoder_architecture";
  return norms === 1 ? "sharedNorm" : fields.fail("num_ln_in_parallel_attn", expected);
}

/** Formats a `config.json` that transformers loads as Falcon: {@link parseFalconConfig} reads it back. */
export function formatFalconConfig(config: FalconConfig): Record<string, unknown> {
  checkRecord("formatFalconConfig", "config", config);
  const { isNewArchitecture, numKeyValueHeads, numHeads, residual, rotary } = config;
  return {
    model_type: "falcon",
    vocab_size: config.vocabSize,
    hidden_size: config.dModel,
    num_hidden_layers: config.numLayers,
    num_attention_heads: numHeads,
    num_kv_heads: numKeyValueHeads,
    new_decoder_architecture: isNewArchitecture,
    multi_query: !isNewArchitecture && numKeyValueHeads === 1,
    parallel_attn: residual !== "sequential",
    ...(residual !== "sequential" && { num_ln_in_parallel_attn: residual === "ownNorms" ? 2 : 1 }),
    ffn_hidden_size: config.ffnDim,
    activation: ACTIVATION_NAMES[config.activation],
    bias: config.hasBias,
    layer_norm_epsilon: config.normEps,
    alibi: rotary === undefined,
    ...(rotary && formatRope(rotary)),
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
    hidden_dropout: config.dropout,
    attention_dropout: config.attentionDropout,
    initializer_range: config.initializerRange,
    ...specialTokenFields(config),
  };
}
