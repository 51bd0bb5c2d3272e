import { count } from "../header/metadataValues.ts";
import { DECODER_SIZES, type Entry, type GgufArchitecture, type Header, type Json, RMS_EPS } from "./architecture.ts";
import { LLAMA_ATTENTION, LLAMA_ENDS, LLAMA_NORMS } from "./llama.ts";

const MLP = "model.layers.*.mlp";
const SPARSE = "model.layers.*.block_sparse_moe";

/** The maps of all experts of a layer, one behind another in a tensor, by the names that those of one have. */
function stackedExperts(at: string, [gate, up, down]: readonly [string, string, string]) {
  return {
    "blk.*.ffn_gate_exps.weight": `${at}.experts.#.${gate}.weight`,
    "blk.*.ffn_up_exps.weight": `${at}.experts.#.${up}.weight`,
    "blk.*.ffn_down_exps.weight": `${at}.experts.#.${down}.weight`,
  };
}

/** How many experts there are, and how many read a token: by the name that the first has. */
function expertFields({ fields, at }: Header, name: string): Json {
  return {
    [name]: fields.requiredNumber(at("expert_count")),
    num_experts_per_tok: fields.requiredNumber(at("expert_used_count")),
  };
}

function expertKeys(json: Json, name: string): readonly Entry[] {
  return [
    ["expert_count", count(json[name] as number)],
    ["expert_used_count", count(json["num_experts_per_tok"] as number)],
  ];
}

const COMMON = {
  needed: [
    ...["attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm"],
    ...["ffn_gate_inp", "ffn_gate_exps", "ffn_up_exps", "ffn_down_exps"],
  ],
  sizeNames: DECODER_SIZES,
  keys: [RMS_EPS],
  rotary: "whole",
} as const satisfies Partial<GgufArchitecture>;

/** Mixtral, which in these files is a Llama with experts. */
export const mixtral: GgufArchitecture = {
  ...COMMON,
  name: "llama",
  isOf: (fields) => (fields.number("llama.expert_count") ?? 0) > 0,
  classes: { mixtral: "MixtralForCausalLM" },
  names: { ...LLAMA_ENDS, ...LLAMA_ATTENTION, ...LLAMA_NORMS, "blk.*.ffn_gate_inp.weight": `${SPARSE}.gate.weight` },
  stacked: stackedExperts(SPARSE, ["w1", "w3", "w2"]),
  isWoven: true,
  fixed: { hidden_act: "silu" },
  read: (header) => expertFields(header, "num_local_experts"),
  write: (json) => expertKeys(json, "num_local_experts"),
};

const QWEN = {
  ...COMMON,
  names: { ...LLAMA_ENDS, ...LLAMA_ATTENTION, ...LLAMA_NORMS, "blk.*.ffn_gate_inp.weight": `${MLP}.gate.weight` },
  stacked: stackedExperts(MLP, ["gate_proj", "up_proj", "down_proj"]),
} as const;

function qwenFields(header: Header): Json {
  return {
    ...expertFields(header, "num_experts"),
    moe_intermediate_size: header.fields.requiredNumber(header.at("expert_feed_forward_length")),
  };
}

function qwenKeys(json: Json): readonly Entry[] {
  return [
    ...expertKeys(json, "num_experts"),
    ["expert_feed_forward_length", count(json["moe_intermediate_size"] as number)],
  ];
}

/** Qwen 2 MoE, one of whose experts reads all tokens, and whose weights of experts llama.cpp does not make sum up to 1. */
export const qwen2moe: GgufArchitecture = {
  ...QWEN,
  name: "qwen2moe",
  classes: { qwen2_moe: "Qwen2MoeForCausalLM" },
  names: {
    ...QWEN.names,
    "blk.*.ffn_gate_shexp.weight": `${MLP}.shared_expert.gate_proj.weight`,
    "blk.*.ffn_up_shexp.weight": `${MLP}.shared_expert.up_proj.weight`,
    "blk.*.ffn_down_shexp.weight": `${MLP}.shared_expert.down_proj.weight`,
    "blk.*.ffn_gate_inp_shexp.weight": `${MLP}.shared_expert_gate.weight`,
  },
  oneRow: ["blk.*.ffn_gate_inp_shexp.weight"],
  needed: [...COMMON.needed, "ffn_gate_shexp", "ffn_up_shexp", "ffn_down_shexp", "ffn_gate_inp_shexp"],
  fixed: { hidden_act: "silu", norm_topk_prob: false },
  read: (header) => ({
    ...qwenFields(header),
    shared_expert_intermediate_size: header.fields.requiredNumber(header.at("expert_shared_feed_forward_length")),
    qkv_bias: header.tensors.has("blk.0.attn_q.bias"),
  }),
  write: (json) => [
    ...qwenKeys(json),
    ["expert_shared_feed_forward_length", count(json["shared_expert_intermediate_size"] as number)],
  ],
};

/** Qwen 3 MoE, whose weights of experts llama.cpp makes sum up to 1. */
export const qwen3moe: GgufArchitecture = {
  ...QWEN,
  name: "qwen3moe",
  classes: { qwen3_moe: "Qwen3MoeForCausalLM" },
  needed: [...COMMON.needed, "attn_q_norm", "attn_k_norm"],
  fixed: { hidden_act: "silu", norm_topk_prob: true },
  read: (header) => ({ ...qwenFields(header), attention_bias: header.tensors.has("blk.0.attn_q.bias") }),
  write: qwenKeys,
};
