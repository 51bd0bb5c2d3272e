import { rotaryFrequencies } from "@qkv/attention";
import type { IgnoredArray, NameMap, WeightRules } from "@qkv/nn";
import { OTHER_HEADS, tieOutputLayer } from "./causalWeights.ts";
import type { DecoderConfig } from "./decoderConfig.ts";

/** Embedding, last norm and output layer of a decoder whose files have Llama's names. */
export const DECODER_ENDS: NameMap = {
  "embedding.weight": "model.embed_tokens.weight",
  "norm.weight": "model.norm.weight",
  "lmHead.weight": "lm_head.weight",
};

/** The projections of queries, keys and values. */
export const DECODER_PROJECTIONS: NameMap = {
  "layers.*.selfAttn.qProj.weight": "model.layers.*.self_attn.q_proj.weight",
  "layers.*.selfAttn.qProj.bias": "model.layers.*.self_attn.q_proj.bias",
  "layers.*.selfAttn.kProj.weight": "model.layers.*.self_attn.k_proj.weight",
  "layers.*.selfAttn.kProj.bias": "model.layers.*.self_attn.k_proj.bias",
  "layers.*.selfAttn.vProj.weight": "model.layers.*.self_attn.v_proj.weight",
  "layers.*.selfAttn.vProj.bias": "model.layers.*.self_attn.v_proj.bias",
};

/** The projections of the attention, with the norms of queries and keys that some types have. */
export const DECODER_ATTENTION: NameMap = {
  ...DECODER_PROJECTIONS,
  "layers.*.selfAttn.outProj.weight": "model.layers.*.self_attn.o_proj.weight",
  "layers.*.selfAttn.outProj.bias": "model.layers.*.self_attn.o_proj.bias",
  "layers.*.selfAttn.qNorm.weight": "model.layers.*.self_attn.q_norm.weight",
  "layers.*.selfAttn.kNorm.weight": "model.layers.*.self_attn.k_norm.weight",
};

/** The maps of a gated feed-forward. */
export const DECODER_GATED: NameMap = {
  "layers.*.ffn.gateProj.weight": "model.layers.*.mlp.gate_proj.weight",
  "layers.*.ffn.gateProj.bias": "model.layers.*.mlp.gate_proj.bias",
  "layers.*.ffn.upProj.weight": "model.layers.*.mlp.up_proj.weight",
  "layers.*.ffn.upProj.bias": "model.layers.*.mlp.up_proj.bias",
  "layers.*.ffn.downProj.weight": "model.layers.*.mlp.down_proj.weight",
  "layers.*.ffn.downProj.bias": "model.layers.*.mlp.down_proj.bias",
};

/** The norm before each sublayer. */
export const DECODER_PRE_NORMS: NameMap = {
  "layers.*.selfAttnNorm.weight": "model.layers.*.input_layernorm.weight",
  "layers.*.ffnNorm.weight": "model.layers.*.post_attention_layernorm.weight",
};

/** The frequencies of the rotary positions, which releases before 2023 store. */
export const ROTARY_FREQUENCIES: IgnoredArray<DecoderConfig> = {
  as: "the frequencies of the rotary positions that config.json says",
  isRight: (array, { rotary, maxPositions }) => {
    // Older releases kept those before any scaling.
    const { scaling: _, ...plain } = rotary;
    return [rotary, plain].some((config) => array.equals(rotaryFrequencies(config, maxPositions).frequencies));
  },
};

/** The rules of a decoder whose files have Llama's names. Older releases hold the rotary frequencies. */
export function decoderWeights<Config extends DecoderConfig>(
  rename: NameMap,
  more: Pick<WeightRules<Config>, "split" | "alternatives"> = {},
): WeightRules<Config> {
  return {
    rename,
    ...more,
    tie: tieOutputLayer("lm_head.weight", "model.embed_tokens.weight"),
    ignore: {
      ...OTHER_HEADS,
      "model.rotary_emb.inv_freq": ROTARY_FREQUENCIES,
      "model.layers.*.self_attn.rotary_emb.inv_freq": ROTARY_FREQUENCIES,
    },
    prefix: "model",
  };
}
