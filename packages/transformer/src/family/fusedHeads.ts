import type { NameMap, SplitLayout, SplitRule } from "@qkv/nn";

/**
 * Rules for queries, keys and values that files store as one array, `query_key_value` of an attention.
 *
 * @param attention the name of the attention in the files, with a `*` for the layer
 */
export function splitHeadsOf<Config>(
  attention: string,
  layout: (config: Config) => SplitLayout,
): readonly SplitRule<Config>[] {
  return (["weight", "bias"] as const).map((kind) => ({
    from: `${attention}.query_key_value.${kind}`,
    into: ["q", "k", "v"].map((part) => `${attention}.${part}.${kind}`),
    axis: 0,
    layout,
  }));
}

/** Names of what {@link splitHeadsOf} gives, and of the map of the outcome, `dense`. */
export function splitHeadNames(attention: string): NameMap {
  const kinds = ["weight", "bias"] as const;
  const parts = { qProj: "q", kProj: "k", vProj: "v", outProj: "dense" };
  return Object.fromEntries(
    Object.entries(parts).flatMap(([ours, theirs]) =>
      kinds.map((kind) => [`layers.*.selfAttn.${ours}.${kind}`, `${attention}.${theirs}.${kind}`]),
    ),
  );
}
