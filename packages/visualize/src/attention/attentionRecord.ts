/** The kinds of attention in an encoder-decoder; a decoder-only model has `decoder` alone. */
export const ATTENTION_KINDS = ["cross", "encoder", "decoder"] as const;

/** A kind of attention: the target's to the source, the source's to itself, the target's to itself. */
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** Attention of every head of one kind: [layers, heads, queries, keys], layer by layer. */
export interface HeadMaps {
  readonly shape: readonly [layers: number, heads: number, queries: number, keys: number];
  /** The weights after the softmax. */
  readonly weights: ArrayLike<number>;
  /** The scores before any mask and the softmax, if known. */
  readonly scores?: ArrayLike<number>;
  /** The input of the softmax: -Infinity where a key is masked. */
  readonly masked?: ArrayLike<number>;
}

/** An image that a model reads in patches. */
export interface RecordImage {
  /** As `data:image/png;base64,...`: a standalone document loads no other files. */
  readonly picture: string;
  /** The picture's size in pixels. */
  readonly width: number;
  readonly height: number;
  /** Patches in a column and in a row. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * The attention of one sentence and its translation, from `sentenceAttention` of `@qkv/pretrained` or a JSON file; or that of
 * a model that has not all kinds of it.
 */
export interface AttentionRecord extends Readonly<Partial<Record<AttentionKind, HeadMaps>>> {
  /** The keys of `encoder` and `cross`. */
  readonly source: readonly string[];
  /** The token predicted by each query of `decoder` and `cross`. */
  readonly target: readonly string[];
  /** The keys of `decoder`: its input tokens. */
  readonly read: readonly string[];
  /** The image whose patches, row by row, are the last tokens of the source. */
  readonly image?: RecordImage;
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

/** The kinds of attention that a record has. */
export function kindsOf(record: AttentionRecord): AttentionKind[] {
  return ATTENTION_KINDS.filter((kind) => record[kind] !== undefined);
}

/** Whether a kind's layers can be combined in a rollout: as many keys as queries, and those of an encoder under `cross`. */
export function hasRollout(record: AttentionRecord, kind: AttentionKind): boolean {
  const [, , queries, keys] = record[kind === "cross" ? "encoder" : kind]?.shape ?? [];
  return queries !== undefined && queries === keys;
}
