/** `token` put together from its characters by the pairs of the lowest rank first, as far as ranks below `limit` go. */
export function mergeBytes(token: string, rankOf: ReadonlyMap<string, number>, limit: number): string[] {
  const parts = [...token];
  for (;;) {
    let [best, at] = [limit, -1];
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = rankOf.get((parts[i] ?? "") + (parts[i + 1] ?? "")) ?? Infinity;
      if (rank < best) [best, at] = [rank, i];
    }
    if (at < 0) return parts;
    parts.splice(at, 2, (parts[at] ?? "") + (parts[at + 1] ?? ""));
  }
}
