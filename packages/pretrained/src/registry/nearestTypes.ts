/** The names that are spelt most like `name`, the likest first: at most three, and none that is unlike it. */
export function nearestTypes(name: string, known: readonly string[]): readonly string[] {
  return [...new Set(known)]
    .map((each) => ({ each, likeness: likeness(name.toLowerCase(), each) }))
    .filter(({ likeness }) => likeness >= 0.5)
    .toSorted((a, b) => b.likeness - a.likeness)
    .slice(0, 3)
    .map(({ each }) => each);
}

/** How many pairs of neighbouring letters two names share: 0 to 1 (Dice's coefficient). */
function likeness(a: string, b: string): number {
  const [pairs, others] = [pairsOf(a), pairsOf(b)];
  const shared = [...pairs].filter((pair) => others.has(pair)).length;
  return (2 * shared) / (pairs.size + others.size);
}

function pairsOf(name: string): ReadonlySet<string> {
  return new Set(Array.from({ length: Math.max(0, name.length - 1) }, (_, i) => name.slice(i, i + 2)));
}
