import type { IgnoredArray, IgnoredArrays, TieRule } from "@qkv/nn";
import type { CausalConfig } from "../models/causal/config.ts";

/** Arrays of other heads that are trained together with a language model: they do not affect its text. */
export const OTHER_HEADS: IgnoredArrays = Object.fromEntries(
  ["score.**", "v_head.**", "mtp.**"].map((name) => [name, { as: "another model's head" }]),
);

/** A causal mask of all positions, which releases before 2023 store. */
export const CAUSAL_MASK: IgnoredArray = {
  as: "a causal mask",
  isRight: ({ shape, data }) => {
    const [batch, heads, queries = 0, keys = 0] = shape;
    if (shape.length !== 4 || batch !== 1 || heads !== 1 || queries !== keys) return false;
    return data.every((value, i) => value === Number(i % keys <= Math.floor(i / keys)));
  },
};

/** The score of a key that is not seen, which the same releases store. */
export const MASKED_SCORE: IgnoredArray = {
  as: "a score that no key wins with, -10000 or less",
  isRight: ({ data }) => data.length === 1 && (data[0] ?? 0) <= -1e4,
};

/**
 * Ties the output layer of a decoder-only model to its embedding, by their names in the files.
 *
 * @param alias another name that files may have for the output layer
 */
export function tieOutputLayer<Config extends CausalConfig>(
  head: string,
  embedding: string,
  alias?: string,
): TieRule<Config> {
  const aliases: [string, string][] = alias === undefined ? [] : [[alias, head]];
  return {
    pairs: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [...aliases, [head, embedding]] : aliases),
    resolve: (config, areTied) =>
      config.tieWordEmbeddings ? { ...config, tieWordEmbeddings: areTied(head, embedding) } : config,
    reads: ({ tieWordEmbeddings }) => (tieWordEmbeddings ? [embedding] : [embedding, head]),
  };
}
