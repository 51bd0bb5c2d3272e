import type { IgnoredArrays, TieRule } from "@qkv/nn";
import type { CausalConfig } from "../models/causal/config.ts";

/** Arrays of other heads that are trained together with a language model: they do not affect its text. */
export const OTHER_HEADS: IgnoredArrays = Object.fromEntries(
  ["score.**", "v_head.**", "mtp.**"].map((name) => [name, { as: "another model's head" }]),
);

/** Ties the output layer of a decoder-only model to its embedding, by their names in the files. */
export function tieOutputLayer<Config extends CausalConfig>(head: string, embedding: string): TieRule<Config> {
  return {
    pairs: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [[head, embedding]] : []),
    resolve: (config, areTied) =>
      config.tieWordEmbeddings ? { ...config, tieWordEmbeddings: areTied(head, embedding) } : config,
    reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [embedding] : [embedding, head]),
  };
}
