/** Merges the characters of `token`, pairs of the lowest rank first, by ranks below `limit`. */
export function mergeBytes(token: string, rankOf: ReadonlyMap<string, number>, limit: number): string[] {
  const parts = [...token];
  const rankAt = (i: number): number => rankOf.get((parts[i] ?? "") + (parts[i + 1] ?? "")) ?? Infinity;
  const ranks = parts.slice(1).map((_, i) => rankAt(i)); // of each part with the next one
  for (;;) {
    let [best, at] = [limit, -1];
    for (let i = 0; i < ranks.length; i++) {
      const rank = ranks[i] ?? Infinity;
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return parts;
    parts.splice(at, 2, (parts[at] ?? "") + (parts[at + 1] ?? ""));
    ranks.splice(at, 1);
    if (at > 0) ranks[at - 1] = rankAt(at - 1);
    if (at < ranks.length) ranks[at] = rankAt(at);
  }
}
