import type { RotaryConfig } from "@qkv/attention";
import type { Activation } from "@qkv/nn";
import { checkRecord } from "@qkv/ops";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import { specialTokenFields, specialTokens } from "../../config/specialTokens.ts";
import type { CausalConfig } from "../../models/causal/config.ts";

/** Config of a GPT-J (https://huggingface.co/docs/transformers/model_doc/gptj). */
export interface GptJConfig extends CausalConfig {
  readonly modelType: "gptj";
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normEps: number;
  readonly rotary: RotaryConfig;
  /** Probability of dropping a value while training: of embeddings, of a sublayer's output, of attention probabilities. */
  readonly embeddingDropout: number;
  readonly dropout: number;
  readonly attentionDropout: number;
}

/**
 * Reads Hugging Face's `config.json` of `model_type` "gptj". Absent fields have transformers' defaults.
 *
 * @throws ConfigError naming the field
 */
export function parseGptJConfig(json: unknown): GptJConfig {
  const fields = new ConfigFields(json);
  fields.expect("model_type", "gptj");
  const dModel = fields.integer("n_embd", 4096);
  const numHeads = fields.divisor("n_head", 16, dModel);
  const dim = fields.isNull("rotary_dim") ? 0 : fields.integer("rotary_dim", 64);
  if (dim < 2 || dim % 2 !== 0 || dim > dModel / numHeads) {
    fields.fail("rotary_dim", `an even number of a head's ${dModel / numHeads} features`);
  }
  return {
    modelType: "gptj",
    vocabSize: fields.integer("vocab_size", 50400),
    dModel,
    numHeads,
    numLayers: fields.integer("n_layer", 28),
    ffnDim: fields.integer("n_inner", 4 * dModel),
    activation: fields.oneOf("activation_function", ACTIVATIONS_BY_NAME, "gelu_new"),
    normEps: fields.number("layer_norm_epsilon", 1e-5),
    maxPositions: fields.integer("n_positions", 2048),
    rotary: { dim, base: 10000, layout: "interleaved" },
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", false),
    embeddingDropout: fields.rate("embd_pdrop", 0),
    dropout: fields.rate("resid_pdrop", 0),
    attentionDropout: fields.rate("attn_pdrop", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, { bos: 50256, eos: 50256 }),
  };
}

/** Formats a `config.json` that transformers loads as GPT-J: {@link parseGptJConfig} reads it back. */
export function formatGptJConfig(config: GptJConfig): Record<string, unknown> {
  checkRecord("formatGptJConfig", "config", config);
  return {
    model_type: "gptj",
    vocab_size: config.vocabSize,
    n_positions: config.maxPositions,
    n_embd: config.dModel,
    n_layer: config.numLayers,
    n_head: config.numHeads,
    n_inner: config.ffnDim,
    rotary_dim: config.rotary.dim,
    activation_function: ACTIVATION_NAMES[config.activation],
    layer_norm_epsilon: config.normEps,
    initializer_range: config.initializerRange,
    embd_pdrop: config.embeddingDropout,
    resid_pdrop: config.dropout,
    attn_pdrop: config.attentionDropout,
    tie_word_embeddings: config.tieWordEmbeddings,
    ...specialTokenFields(config),
  };
}
