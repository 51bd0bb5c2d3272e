import { checkRecord } from "@qkv/ops";
import type { NameMap } from "@qkv/nn";
import { ACTIVATION_NAMES, ACTIVATIONS_BY_NAME } from "../../config/activationNames.ts";
import { ConfigFields } from "../../config/configFields.ts";
import type { CausalConfig } from "../causal/config.ts";
import { formatRope, parseRope } from "../causal/rope.ts";
import { specialTokenFields, specialTokens } from "../causal/specialTokens.ts";
import { LLAMA_TYPES, type LlamaType } from "./modelTypes.ts";
import { formatWindows, parseWindows } from "./windows.ts";

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
export function parseLlamaConfig(json: unknown): CausalConfig {
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
    vocabSize: fields.integer("vocab_size", defaults.vocabSize),
    ...{ dModel, numHeads, numKeyValueHeads, headDim },
    numLayers,
    ffnDim: fields.integer("intermediate_size", defaults.ffnDim),
    activation: fields.oneOf("hidden_act", ACTIVATIONS_BY_NAME, "silu"),
    ...{ gated: true, norm: "rmsNorm", qkNorm: type === "qwen3" },
    normEps: fields.number("rms_norm_eps", 1e-6),
    attentionBias: biasesOf(fields, type),
    ffnBias: type === "llama" && fields.boolean("mlp_bias", false),
    maxPositions,
    rotary: parseRope(fields, headDim, maxPositions),
    ...parseWindows(fields, type, numLayers),
    tieWordEmbeddings: fields.boolean("tie_word_embeddings", false),
    ...{ embeddingDropout: 0, dropout: 0 },
    attentionDropout: fields.rate("attention_dropout", 0),
    initializerRange: fields.number("initializer_range", 0.02),
    ...specialTokens(fields, defaults),
  };
}

function biasesOf(fields: ConfigFields, type: LlamaType): CausalConfig["attentionBias"] {
  if (type === "mistral") return { q: false, k: false, v: false, out: false };
  if (type === "qwen2") return { q: true, k: true, v: true, out: false };
  const all = fields.boolean("attention_bias", false);
  return { q: all, k: all, v: all, out: all };
}

/** The model type that a config fits, if there is one. */
export function llamaTypeOf(config: CausalConfig): LlamaType | undefined {
  checkRecord("llamaTypeOf", "config", config);
  const { gated, norm, rotary, windows, qkNorm, attentionBias, ffnBias } = config;
  if (!gated || norm !== "rmsNorm" || rotary === undefined) return undefined;
  const { q, k, v, out } = attentionBias;
  const biases = [q, k, v].filter(Boolean).length;
  if (biases !== 0 && biases !== 3) return undefined;
  if (qkNorm) return q === out && !ffnBias ? "qwen3" : undefined;
  if (windows !== undefined && !q && !ffnBias) return isUniform(windows) ? "mistral" : undefined;
  if (q === out) return windows === undefined ? "llama" : undefined;
  return q && !ffnBias ? "qwen2" : undefined;
}

function isUniform(windows: readonly (number | null)[]): boolean {
  return windows.every((window) => window !== null && window === windows[0]);
}

/**
 * Formats a `config.json` that transformers loads as one of {@link LLAMA_TYPES}: {@link parseLlamaConfig} reads it
 * back.
 */
export function formatLlamaConfig(config: CausalConfig): Record<string, unknown> {
  checkRecord("formatLlamaConfig", "config", config);
  const type = llamaTypeOf(config);
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
    ...(type !== "qwen2" && { attention_bias: config.attentionBias.q }),
    ...(type === "llama" && { mlp_bias: config.ffnBias }),
    ...formatRope(config.rotary),
    ...formatWindows(config.windows, type),
    ...specialTokenFields(config),
  };
}

/** Parameter names -> those of `LlamaForCausalLM`, and of the other types, which have further biases or norms. */
export const LLAMA_CHECKPOINT_NAMES: NameMap = {
  "embedding.weight": "model.embed_tokens.weight",
  "layers.*.selfAttnNorm.weight": "model.layers.*.input_layernorm.weight",
  "layers.*.selfAttn.qProj.weight": "model.layers.*.self_attn.q_proj.weight",
  "layers.*.selfAttn.qProj.bias": "model.layers.*.self_attn.q_proj.bias",
  "layers.*.selfAttn.kProj.weight": "model.layers.*.self_attn.k_proj.weight",
  "layers.*.selfAttn.kProj.bias": "model.layers.*.self_attn.k_proj.bias",
  "layers.*.selfAttn.vProj.weight": "model.layers.*.self_attn.v_proj.weight",
  "layers.*.selfAttn.vProj.bias": "model.layers.*.self_attn.v_proj.bias",
  "layers.*.selfAttn.outProj.weight": "model.layers.*.self_attn.o_proj.weight",
  "layers.*.selfAttn.outProj.bias": "model.layers.*.self_attn.o_proj.bias",
  "layers.*.selfAttn.qNorm.weight": "model.layers.*.self_attn.q_norm.weight",
  "layers.*.selfAttn.kNorm.weight": "model.layers.*.self_attn.k_norm.weight",
  "layers.*.ffnNorm.weight": "model.layers.*.post_attention_layernorm.weight",
  "layers.*.ffn.gateProj.weight": "model.layers.*.mlp.gate_proj.weight",
  "layers.*.ffn.gateProj.bias": "model.layers.*.mlp.gate_proj.bias",
  "layers.*.ffn.upProj.weight": "model.layers.*.mlp.up_proj.weight",
  "layers.*.ffn.upProj.bias": "model.layers.*.mlp.up_proj.bias",
  "layers.*.ffn.downProj.weight": "model.layers.*.mlp.down_proj.weight",
  "layers.*.ffn.downProj.bias": "model.layers.*.mlp.down_proj.bias",
  "norm.weight": "model.norm.weight",
  "lmHead.weight": "lm_head.weight",
};

/**
 * Names of further arrays in published files, which are ignored: a copy of tied weights, and the frequencies of older
 * releases.
 */
export const LLAMA_IGNORED_NAMES: readonly string[] = [
  "lm_head.weight",
  "model.rotary_emb.inv_freq",
  "model.layers.*.self_attn.rotary_emb.inv_freq",
];
