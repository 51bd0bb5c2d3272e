import { rotaryFrequencies } from "@qkv/attention";
import type { CausalConfig } from "@qkv/transformer";
import { isClose, type SpareArray, type SpareArrays } from "../weights/spareArrays.ts";

/** Arrays of other heads that are trained together with a language model: they do not affect its text. */
const OTHER_HEADS: SpareArrays<CausalConfig> = Object.fromEntries(
  ["score.**", "v_head.**", "mtp.**"].map((name) => [name, { as: "another model's head" }]),
);

const CAUSAL_MASK: SpareArray = {
  as: "a causal mask",
  isRight: ({ shape, data }) => {
    const [batch, heads, queries = 0, keys = 0] = shape;
    if (shape.length !== 4 || batch !== 1 || heads !== 1 || queries !== keys) return false;
    return data.every((value, i) => value === Number(i % keys <= Math.floor(i / keys)));
  },
};

const MASKED_SCORE: SpareArray = {
  as: "a score that no key wins with, -10000 or less",
  isRight: ({ data }) => data.length === 1 && (data[0] ?? 0) <= -1e4,
};

/** The layers of a decoder that was made to attend to an encoder: text alone never passes through them. */
const CROSS_ATTENTION: SpareArrays<CausalConfig> = Object.fromEntries(
  ["crossattention.c_attn", "crossattention.q_attn", "crossattention.c_proj", "ln_cross_attn"].flatMap((part) =>
    ["weight", "bias"].map((kind) => [`transformer.h.*.${part}.${kind}`, { as: "attention to an encoder" }]),
  ),
);

/** Spare arrays of GPT-2's files: the causal masks of older releases, and attention to an encoder. */
export const GPT2_SPARES: SpareArrays<CausalConfig> = {
  ...OTHER_HEADS,
  ...CROSS_ATTENTION,
  "transformer.h.*.attn.bias": CAUSAL_MASK,
  "transformer.h.*.attn.masked_bias": MASKED_SCORE,
};

const FREQUENCIES: SpareArray<CausalConfig> = {
  as: "the frequencies of the rotary positions that config.json says",
  isRight: ({ data }, { rotary, maxPositions }) => {
    if (rotary === undefined) return false;
    // Older releases kept those before any scaling.
    const { scaling: _, ...plain } = rotary;
    return [rotary, plain].some((config) => isClose(data, rotaryFrequencies(config, maxPositions).frequencies));
  },
};

/** Spare arrays in files of Llama and its relatives: the rotary frequencies of older releases. */
export const LLAMA_SPARES: SpareArrays<CausalConfig> = {
  ...OTHER_HEADS,
  "model.rotary_emb.inv_freq": FREQUENCIES,
  "model.layers.*.self_attn.rotary_emb.inv_freq": FREQUENCIES,
};
