/** The kinds of attention in an encoder-decoder. */
export const ATTENTION_KINDS = ["cross", "encoder", "decoder"] as const;

/** One of them: the target's to the source, the source's to itself, the target's to itself. */
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** What every head of one kind saw: [layers, heads, queries, keys], layer by layer. */
export interface HeadMaps {
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  /** After the softmax. */
  readonly weights: ArrayLike<number>;
  /** Before any mask and the softmax, if they are known. */
  readonly scores?: ArrayLike<number>;
  /** What the softmax got: -Infinity where a key is hidden. */
  readonly masked?: ArrayLike<number>;
}

/** The attention of one sentence and its translation: what `sentenceAttention` of `@qkv/pretrained` gives, or a JSON file. */
export interface AttentionRecord extends Readonly<Record<AttentionKind, HeadMaps>> {
  /** The keys of `encoder` and `cross`. */
  readonly source: readonly string[];
  /** What each query of `decoder` and `cross` answered. */
  readonly target: readonly string[];
  /** The keys of `decoder`: what it had read. */
  readonly read: readonly string[];
}

/** The tokens at the sides of one kind's matrices. */
export function sidesOf(
  record: AttentionRecord,
  kind: AttentionKind,
): { queries: readonly string[]; keys: readonly string[] } {
  const { source, target, read } = record;
  if (kind === "encoder") return { queries: source, keys: source };
  return { queries: target, keys: kind === "cross" ? source : read };
}
