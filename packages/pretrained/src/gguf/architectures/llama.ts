import { float, count } from "../header/metadataValues.ts";
import { single } from "../header/ggufModel.ts";
import {
  DECODER_SIZES,
  type Entry,
  type GgufArchitecture,
  type Header,
  type Json,
  RMS_EPS,
  withBias,
} from "./architecture.ts";

const LAYER = "model.layers.*";

/** Embedding, last norm and output layer of a decoder with Llama's names. */
export const LLAMA_ENDS: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};

/** The projections of its attention, and norms of queries and keys that some have. */
export const LLAMA_ATTENTION: Readonly<Record<string, string>> = {
  ...withBias("blk.*.attn_q", `${LAYER}.self_attn.q_proj`),
  ...withBias("blk.*.attn_k", `${LAYER}.self_attn.k_proj`),
  ...withBias("blk.*.attn_v", `${LAYER}.self_attn.v_proj`),
  ...withBias("blk.*.attn_output", `${LAYER}.self_attn.o_proj`),
  "blk.*.attn_q_norm.weight": `${LAYER}.self_attn.q_norm.weight`,
  "blk.*.attn_k_norm.weight": `${LAYER}.self_attn.k_norm.weight`,
};

/** The maps of its gated feed-forward. */
export const LLAMA_GATED: Readonly<Record<string, string>> = {
  ...withBias("blk.*.ffn_gate", `${LAYER}.mlp.gate_proj`),
  ...withBias("blk.*.ffn_up", `${LAYER}.mlp.up_proj`),
  ...withBias("blk.*.ffn_down", `${LAYER}.mlp.down_proj`),
};

/** The norm before each sublayer. */
export const LLAMA_NORMS: Readonly<Record<string, string>> = {
  "blk.*.attn_norm.weight": `${LAYER}.input_layernorm.weight`,
  "blk.*.ffn_norm.weight": `${LAYER}.post_attention_layernorm.weight`,
};

/** What a layer with separate projections and a gated feed-forward needs. */
export const GATED_PARTS: readonly string[] = [
  ...["attn_q", "attn_k", "attn_v", "attn_output"],
  ...["ffn_gate", "ffn_up", "ffn_down"],
];

/** Biases show in the tensors alone. */
export function biasFields({ tensors }: Header): Json {
  return { attention_bias: tensors.has("blk.0.attn_q.bias"), mlp_bias: tensors.has("blk.0.ffn_gate.bias") };
}

const COMMON = {
  names: { ...LLAMA_ENDS, ...LLAMA_ATTENTION, ...LLAMA_GATED, ...LLAMA_NORMS },
  needed: ["attn_norm", ...GATED_PARTS, "ffn_norm"],
  sizeNames: DECODER_SIZES,
  keys: [RMS_EPS],
  rotary: "whole",
  fixed: { hidden_act: "silu" },
  read: biasFields,
} as const satisfies Partial<GgufArchitecture>;

/** Llama and Mistral: a Llama with a sliding window is a Mistral, which has no name of its own in these files. */
export const llama: GgufArchitecture = {
  ...COMMON,
  name: "llama",
  classes: { llama: "LlamaForCausalLM", mistral: "MistralForCausalLM" },
  isWoven: true,
  read: (header) => {
    const window = header.fields.number(header.at("attention.sliding_window"));
    return { ...biasFields(header), ...(window !== undefined && { model_type: "mistral", sliding_window: window }) };
  },
  write: ({ model_type: type, sliding_window: window }) =>
    type === "mistral" && typeof window === "number" ? [["attention.sliding_window", count(window)]] : [],
};

/** Qwen 2. */
export const qwen2: GgufArchitecture = { ...COMMON, name: "qwen2", classes: { qwen2: "Qwen2ForCausalLM" } };

/** Qwen 3. */
export const qwen3: GgufArchitecture = { ...COMMON, name: "qwen3", classes: { qwen3: "Qwen3ForCausalLM" } };

/** SmolLM3, of whose layers each fourth has no positions: the file does not say so, llama.cpp knows. */
export const smollm3: GgufArchitecture = {
  ...COMMON,
  name: "smollm3",
  classes: { smollm3: "SmolLM3ForCausalLM" },
  isWoven: true,
  fixed: { hidden_act: "silu", no_rope_layer_interval: 4 },
};

/** Granite, with factors that llama.cpp calls scales; of those that are absent or 0 it makes none. */
export const granite: GgufArchitecture = {
  ...COMMON,
  name: "granite",
  classes: { granite: "GraniteForCausalLM" },
  isWoven: true,
  keys: [RMS_EPS, { key: "logit_scale", field: "logits_scaling", kind: "float" }],
  read: (header) => {
    const { fields, at, sizes } = header;
    const scale = (key: string, none: number) => single(fields.number(at(key)) || none);
    fields.expectNeutral(at("rope.scaling.finetuned"), [true]); // false would turn nothing
    return {
      ...biasFields(header),
      embedding_multiplier: scale("embedding_scale", 1),
      residual_multiplier: scale("residual_scale", 1),
      attention_multiplier: scale("attention.scale", sizes.headDim ** -0.5),
    };
  },
  write: (json): readonly Entry[] => [
    ["embedding_scale", float(json["embedding_multiplier"] as number)],
    ["residual_scale", float(json["residual_multiplier"] as number)],
    ["attention.scale", float(json["attention_multiplier"] as number)],
  ],
};

/** OLMo 2, whose norms are behind the sublayers. */
export const olmo2: GgufArchitecture = {
  ...COMMON,
  name: "olmo2",
  classes: { olmo2: "Olmo2ForCausalLM" },
  names: {
    ...LLAMA_ENDS,
    ...LLAMA_ATTENTION,
    ...LLAMA_GATED,
    "blk.*.post_attention_norm.weight": `${LAYER}.post_attention_layernorm.weight`,
    "blk.*.post_ffw_norm.weight": `${LAYER}.post_feedforward_layernorm.weight`,
  },
  needed: [...GATED_PARTS, "attn_q_norm", "attn_k_norm", "post_attention_norm", "post_ffw_norm"],
};
