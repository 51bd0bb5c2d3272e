import type { SlotValue } from "./slots.ts";

/** Values by kind: names, cities, things one counts. */
export type ValueLists = ReadonlyMap<string, readonly SlotValue[]>;

/** Reads tab-separated lines of kind, English and French. @throws RangeError with the line that is not */
export function parseValueLists(lines: readonly string[]): ValueLists {
  const lists = new Map<string, SlotValue[]>();
  lines.forEach((line, i) => {
    const [kind, en, fr] = line.split("\t");
    if (!kind || !en || !fr) throw new RangeError(`line ${i + 1}: expected kind, English and French, got ${line}`);
    const values = lists.get(kind) ?? [];
    lists.set(kind, values);
    values.push({ en: [en], fr: [fr] });
  });
  return lists;
}
