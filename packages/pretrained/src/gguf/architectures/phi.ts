import { count } from "../header/metadataValues.ts";
import { DECODER_SIZES, type GgufArchitecture, joinedHeads, layerNormEps, RMS_EPS, withBias } from "./architecture.ts";
import { LLAMA_ENDS, LLAMA_NORMS } from "./llama.ts";

const LAYER = "model.layers.*";
const ATTENTION = `${LAYER}.self_attn`;

/** Phi 3, 3.5 and 4. llama.cpp leaves their windows out, and so differs from Hugging Face in long texts. */
export const phi3: GgufArchitecture = {
  name: "phi3",
  classes: { phi3: "Phi3ForCausalLM" },
  names: {
    ...LLAMA_ENDS,
    ...LLAMA_NORMS,
    "blk.*.attn_output.weight": `${ATTENTION}.o_proj.weight`,
    "blk.*.ffn_up.weight": `${LAYER}.mlp.gate_up_proj.weight`,
    "blk.*.ffn_down.weight": `${LAYER}.mlp.down_proj.weight`,
  },
  joined: joinedHeads(ATTENTION, ["q_proj", "k_proj", "v_proj"]),
  needed: ["attn_norm", "attn_qkv", "attn_output", "ffn_norm", "ffn_up", "ffn_down"],
  sizeNames: DECODER_SIZES,
  keys: [RMS_EPS],
  rotary: "partial",
  fixed: { hidden_act: "silu" },
  read: ({ fields, at, sizes }) => {
    const window = fields.number(at("attention.sliding_window")) ?? 0;
    const original = fields.number(at("rope.scaling.original_context_length")) ?? sizes.maxPositions;
    return { original_max_position_embeddings: original, sliding_window: window === 0 ? null : window };
  },
  write: (json) => [
    ["attention.sliding_window", count((json["sliding_window"] as number | null) ?? 0)],
    ["rope.scaling.original_context_length", count(json["original_max_position_embeddings"] as number)],
  ],
};

/** Phi 1, 1.5 and 2. Files from before 2024 have queries, keys and values joined. */
export const phi2: GgufArchitecture = {
  name: "phi2",
  classes: { phi: "PhiForCausalLM" },
  names: {
    ...LLAMA_ENDS,
    "output.bias": "lm_head.bias",
    ...withBias("output_norm", "model.final_layernorm"),
    ...withBias("blk.*.attn_norm", `${LAYER}.input_layernorm`),
    ...withBias("blk.*.attn_q", `${ATTENTION}.q_proj`),
    ...withBias("blk.*.attn_k", `${ATTENTION}.k_proj`),
    ...withBias("blk.*.attn_v", `${ATTENTION}.v_proj`),
    ...withBias("blk.*.attn_output", `${ATTENTION}.dense`),
    ...withBias("blk.*.ffn_up", `${LAYER}.mlp.fc1`),
    ...withBias("blk.*.ffn_down", `${LAYER}.mlp.fc2`),
  },
  joined: joinedHeads(ATTENTION, ["q_proj", "k_proj", "v_proj"]),
  needed: ["attn_norm", "attn_output", "ffn_up", "ffn_down"],
  sizeNames: DECODER_SIZES,
  keys: [layerNormEps("layer_norm_eps")],
  rotary: "partial",
  fixed: { hidden_act: "gelu_new" },
};
