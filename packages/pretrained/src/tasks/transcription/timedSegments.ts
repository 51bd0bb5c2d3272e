/** A part of a window between two timestamps. */
export interface TimedIds {
  /** Steps of 0.02 seconds from the window's beginning. */
  readonly start: number;
  readonly end: number;
  /** Its tokens, timestamps included. */
  readonly ids: readonly number[];
}

/**
 * Cuts a window's tokens at its pairs of timestamps, as transformers does.
 *
 * @param steps the window's length in steps of 0.02 seconds
 * @returns `next`: where the next window begins: behind the last pair, or, where a single timestamp or none ends the text, at the end
 */
export function timedSegments(
  ids: readonly number[],
  timestampBegin: number,
  steps: number,
): { readonly segments: TimedIds[]; readonly next: number } {
  const isTime = (id: number | undefined) => id !== undefined && id >= timestampBegin;
  const timeOf = (id: number | undefined) => (id ?? timestampBegin) - timestampBegin;
  const endsSingle = !isTime(ids.at(-2)) && isTime(ids.at(-1));
  const pairs = ids.flatMap((id, i) => (i > 0 && isTime(id) && isTime(ids[i - 1]) ? [i] : []));
  if (pairs.length === 0) {
    const times = ids.filter(isTime);
    const [before, last] = [times.at(-2), times.at(-1)];
    const end = last !== undefined && timeOf(last) > 0 ? timeOf(last) : steps;
    return { segments: [{ start: before === undefined ? 0 : timeOf(before), end, ids }], next: steps };
  }
  const cuts = endsSingle ? [...pairs, ids.length] : pairs;
  const segments: TimedIds[] = [];
  let from = 0;
  for (const to of cuts) {
    const part = ids.slice(from, to);
    segments.push({ start: timeOf(part[0]), end: timeOf(part.at(-1)), ids: part });
    from = to;
  }
  return { segments, next: endsSingle ? steps : timeOf(ids[from - 1]) };
}
