/** The places of the greatest numbers, the greatest first, the first of equals first. */
export function likeliest(values: Float32Array, count: number): number[] {
  const best: number[] = [];
  const valueOf = (place: number | undefined) => (place === undefined ? -Infinity : (values[place] ?? -Infinity));
  for (const [place, value] of values.entries()) {
    if (best.length === count && value <= valueOf(best.at(-1))) continue;
    const at = best.findIndex((other) => value > valueOf(other));
    best.splice(at === -1 ? best.length : at, 0, place);
    best.length = Math.min(best.length, count);
  }
  return best;
}
