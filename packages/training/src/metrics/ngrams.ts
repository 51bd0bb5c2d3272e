/** Counts of the n-grams of one order; an n-gram is the join of its items. */
export type NgramCounts = ReadonlyMap<string, number>;

/** The counts of the n-grams of orders 1 to `maxOrder`, one map for each order. */
export function countNgrams(items: readonly string[], maxOrder: number, separator: string): NgramCounts[] {
  return Array.from({ length: maxOrder }, (_, i) => {
    const counts = new Map<string, number>();
    for (let start = 0; start + i < items.length; start++) {
      const ngram = items.slice(start, start + i + 1).join(separator);
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
    return counts;
  });
}

/** The number of n-grams, repetitions included. */
export function totalCount(counts: NgramCounts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** The number of n-grams that two texts share; each repetition needs its own match. */
export function matchCount(a: NgramCounts, b: NgramCounts): number {
  let matches = 0;
  for (const [ngram, count] of a) matches += Math.min(count, b.get(ngram) ?? 0);
  return matches;
}
