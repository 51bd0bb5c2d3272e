import { readLines } from "../../textLines.ts";
import { UsageError } from "../../usageError.ts";
import type { Language } from "./languageForms.ts";

/** What a slot is filled with: the ways that each language writes it, the one to translate to first. */
export type SlotValue = Readonly<{ en: readonly string[] } & Partial<Record<Language, readonly string[]>>>;

/** Values by kind: names, cities, things one counts. */
export type ValueLists = ReadonlyMap<string, readonly SlotValue[]>;

/** Reads tab-separated lines of kind, English and another language. @throws UsageError with the line that is not */
export async function readValueLists(file: string, other: Language): Promise<ValueLists> {
  return parseValueLists(await readLines(file), file, other);
}

/** As {@link readValueLists}, of a file's lines. */
export function parseValueLists(lines: readonly string[], file: string, other: Language): ValueLists {
  const lists = new Map<string, SlotValue[]>();
  for (const [kind, english, translation] of threeColumns(lines, file)) {
    lists.set(kind, [...(lists.get(kind) ?? []), { en: [english], [other]: [translation] }]);
  }
  return lists;
}

/** Tab-separated lines of kind, English and another language. @throws UsageError with the line that is not */
export function threeColumns(lines: readonly string[], file: string): (readonly [string, string, string])[] {
  return lines.map((line, i) => {
    const [kind, english, other, ...more] = line.split("\t");
    if (kind && english && other && more.length === 0) return [kind, english, other] as const;
    throw new UsageError(`${file}:${i + 1}: expected kind, English and its translation with tabs between, got ${line}`);
  });
}
