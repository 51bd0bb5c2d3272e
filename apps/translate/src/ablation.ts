import type { SentenceAttention } from "@qkv/pretrained";
import type { Ablation } from "@qkv/transformer";
import { ATTENTION_KINDS, type AttentionKind } from "@qkv/visualize";
import type { Ablated, HeadRef } from "@qkv/visualize/element";

/** Every head and token takes part. */
export const NOTHING_OFF: Ablated = { heads: [], tokens: [] };

/** The same with a head switched over. */
export function withHead({ heads, tokens }: Ablated, head: HeadRef): Ablated {
  const others = heads.filter((of) => !isSame(of, head));
  return { heads: others.length < heads.length ? others : [...heads, head], tokens };
}

/** The same with a token of the source switched over. */
export function withToken({ heads, tokens }: Ablated, place: number): Ablated {
  return { heads, tokens: tokens.includes(place) ? tokens.filter((of) => of !== place) : [...tokens, place] };
}

/** The attention of a kind in the model: its path in a layer. */
const ATTENTIONS: Readonly<Record<AttentionKind, (layer: number) => string>> = {
  encoder: (layer) => `encoder.layers.${layer}.selfAttn`,
  decoder: (layer) => `decoder.layers.${layer}.selfAttn`,
  cross: (layer) => `decoder.layers.${layer}.crossAttn`,
};

/** What the model is told. `shapes` says how many layers and heads there are; without, no head can be off. */
export function ablationOf({ heads, tokens }: Ablated, shapes: SentenceAttention | undefined): Ablation {
  const factorsOf = (kind: AttentionKind) => {
    const [layers = 0, count = 0] = shapes?.[kind].shape ?? [];
    return Array.from({ length: layers }, (_, layer): [path: string, factors: number[]] => [
      ATTENTIONS[kind](layer),
      Array.from({ length: count }, (_, head) => (heads.some((of) => isSame(of, { kind, layer, head })) ? 0 : 1)),
    ]);
  };
  return { hiddenSource: tokens, heads: Object.fromEntries(ATTENTION_KINDS.flatMap(factorsOf)) };
}

function isSame(a: HeadRef, b: HeadRef): boolean {
  return a.kind === b.kind && a.layer === b.layer && a.head === b.head;
}
