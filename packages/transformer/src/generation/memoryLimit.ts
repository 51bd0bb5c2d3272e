/** Bytes that keys, values and logits of a search may take unless another limit is given: 2 GiB. */
export const DEFAULT_MEMORY_LIMIT = 2 ** 31;

/** Beams, or sequences, that a source may have unless another limit is given: more take minutes and improve nothing. */
export const MOST_BEAMS = 256;

/** Tokens that a text may have: more than any model supports. */
export const MOST_TOKENS = 2 ** 20;

/** Memory that a step of a search needs. */
export interface RowMemory {
  /** Number of beams, or sampled sequences, of all sources together. */
  readonly rows: number;
  /** Bytes of keys and values of one row. */
  readonly bytes: number;
  /** V */
  readonly vocabulary: number;
}

/** @throws RangeError if the rows do not fit into `limit` bytes, naming what would and how to raise the limit */
export function checkMemory({ rows, bytes, vocabulary }: RowMemory, limit: number): void {
  // Keys and values are there twice while they grow, and logits as a tensor, as numbers and as scores.
  const needed = rows * (2 * bytes + 3 * 4 * vocabulary);
  if (needed <= limit) return;
  throw new RangeError(
    `generate: expected ${rows} rows (numBeams or numReturnSequences for each source) to need at most ${inMegabytes(limit)}, ` +
      `the memoryLimit, got ${inMegabytes(needed)}: ask for fewer, or for shorter texts, or raise memoryLimit (in bytes)`,
  );
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}
