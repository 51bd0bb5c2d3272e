/** Limits of a batch. */
export interface BatchLimits {
  readonly maxItems: number;
  /** The most items times the size of the largest: the size of a batch with padding. */
  readonly maxPadded: number;
}

/**
 * Groups the indices of `sizes` into batches of about the same size, the largest first: what takes longest, or too much
 * memory, shows at once. An item that is over the limit by itself gets a batch of its own.
 *
 * @param classOf items of different classes share no batch
 */
export function batchesBySize(
  sizes: readonly number[],
  { maxItems, maxPadded }: BatchLimits,
  classOf: (size: number) => number = () => 0,
): number[][] {
  const order = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
  const batches: number[][] = [];
  for (const index of order) {
    const batch = batches.at(-1);
    const largest = sizes[batch?.[0] ?? index] ?? 0;
    const isLike = classOf(sizes[index] ?? 0) === classOf(largest);
    const fits = batch !== undefined && batch.length < maxItems && (batch.length + 1) * largest <= maxPadded;
    if (fits && isLike) batch.push(index);
    else batches.push([index]);
  }
  return batches;
}
