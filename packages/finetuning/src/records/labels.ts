import { checkArray } from "@qkv/ops";

/** A class as files have it: by name, or by its number from 0. */
export type GivenLabel = string | number;

/** Numbers of classes beyond this are taken for a mistake. */
const MOST = 10_000;

/**
 * The classes that labels speak of: names in the order of the alphabet, or of numbers `LABEL_0` up to the highest.
 *
 * @throws RangeError if there are both names and numbers, a number is no class, or there is only one
 */
export function labelsFrom(given: readonly GivenLabel[]): readonly string[] {
  checkArray("labelsFrom", "given", given);
  const names = new Set<string>();
  let highest = -1;
  for (const label of given) {
    if (typeof label === "string") names.add(label);
    else if (Number.isSafeInteger(label) && label >= 0 && label < MOST) highest = Math.max(highest, label);
    else throw new RangeError(`expected labels to be names or whole numbers from 0, got ${label}`);
  }
  if (names.size > 0 && highest >= 0) {
    throw new RangeError(
      `expected labels to be all names or all numbers, got ${JSON.stringify([...names][0])} and ${highest}`,
    );
  }
  const labels = highest >= 0 ? Array.from({ length: highest + 1 }, (_, i) => `LABEL_${i}`) : [...names].sort();
  if (labels.length < 2) throw new RangeError(`expected at least two labels, got ${labels.join(", ") || "none"}`);
  return labels;
}

/** The number of a class. @throws RangeError for a label that is none of them */
export function classOf(label: GivenLabel, labels: readonly string[], field: string): number {
  const named = labels.indexOf(String(label));
  if (typeof label === "string" && named >= 0) return named;
  // A column of a table holds numbers as texts.
  const number = typeof label === "number" ? label : /^\d+$/.test(label) ? Number(label) : NaN;
  if (Number.isSafeInteger(number) && number >= 0 && number < labels.length) return number;
  const known = labels.length > 12 ? `${labels.slice(0, 12).join(", ")}, ...` : labels.join(", ");
  throw new RangeError(
    `expected ${field} to be one of ${labels.length} labels (${known}), got ${JSON.stringify(label)}`,
  );
}
