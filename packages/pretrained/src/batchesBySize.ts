/** How large a batch may grow. */
export interface BatchLimits {
  readonly maxItems: number;
  /** Of items times the size of the largest: what a batch takes once the others are padded. */
  readonly maxPadded: number;
}

/**
 * The indices of `sizes` in batches of about the same size, the largest first: what takes longest, or too much memory,
 * shows at once. An item that is over the limit by itself gets a batch of its own.
 */
export function batchesBySize(sizes: readonly number[], { maxItems, maxPadded }: BatchLimits): number[][] {
  const order = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b);
  const batches: number[][] = [];
  for (const index of order) {
    const batch = batches.at(-1);
    const largest = sizes[batch?.[0] ?? index] ?? 0;
    if (batch !== undefined && batch.length < maxItems && (batch.length + 1) * largest <= maxPadded) batch.push(index);
    else batches.push([index]);
  }
  return batches;
}
