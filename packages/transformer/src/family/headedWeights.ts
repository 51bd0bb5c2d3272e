import type { IgnoredArrays, NameMap, WeightRules } from "@qkv/nn";
import type { CausalConfig } from "../models/causal/config.ts";
import type { HeadedConfig } from "../models/decoderHeads/config.ts";

/** A head of a decoder in files. */
export interface HeadNames {
  /** Our names of its arrays, to those in files. */
  readonly arrays: NameMap;
  /** The prefix of the arrays below it in files, where it is not that of the language model; empty: none. */
  readonly prefix?: string;
}

/** First steps of names that heads have in files. */
const HEADS = ["score", "classifier", "qa_outputs", "lm_head", "embed_out"];

/**
 * The rules of a decoder with another head, or none, from those of its language model.
 *
 * @param rules of the language model, whose own arrays are all but those below the prefix
 */
export function headedWeights<Config extends CausalConfig>(
  rules: WeightRules<Config>,
  { arrays, prefix = rules.prefix }: HeadNames,
): WeightRules<HeadedConfig<Config>> {
  const root = `${rules.prefix}.`;
  const placed = (name: string) => (prefix === "" ? name.slice(root.length) : `${prefix}.${name.slice(root.length)}`);
  const isBelow = (name: string) => name.startsWith(root);
  const below = Object.entries(rules.rename).filter(([, name]) => isBelow(name));
  const own = new Set(Object.values(arrays).map((name) => name.slice(0, name.indexOf("."))));
  const others = HEADS.filter((step) => !own.has(step));
  const ignored = Object.entries(rules.ignore ?? {}).filter(([name]) => isBelow(name));
  const { split, alternatives, transpose } = rules;
  return {
    rename: { ...Object.fromEntries(below.map(([ours, name]) => [`decoder.${ours}`, placed(name)])), ...arrays },
    ...(split && {
      split: split.map((rule) => ({ ...rule, from: placed(rule.from), into: rule.into.map(placed) })),
    }),
    ...(alternatives && {
      alternatives: alternatives.map(({ from, into }) => ({ from: placed(from), into: into.map(placed) })),
    }),
    ...(transpose && { transpose: transpose.map(placed) }),
    ignore: {
      ...(Object.fromEntries(ignored.map(([name, rule]) => [placed(name), rule])) as IgnoredArrays<
        HeadedConfig<Config>
      >),
      ...Object.fromEntries(others.map((step) => [`${step}.**`, { as: "another head's" }])),
    },
    prefix: prefix === "" ? rules.prefix : prefix,
  };
}
