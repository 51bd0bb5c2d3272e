import { describeArgument } from "@qkv/ops";

/** A line of a file of examples: a JSON object, or the columns of a table by their names. */
export type DataRecord = Readonly<Record<string, unknown>>;

/** A text with something in it. @throws RangeError naming the field */
export function textOf(record: DataRecord, field: string): string {
  const value = record[field];
  if (typeof value !== "string") {
    throw new RangeError(`expected ${field} to be a text, got ${describeArgument(value)}`);
  }
  if (value.trim() === "") throw new RangeError(`expected ${field} to have a text, got an empty one`);
  return value;
}

/** A text, where there is one. @throws RangeError naming the field */
export function optionalTextOf(record: DataRecord, field: string): string | undefined {
  const value = record[field];
  return value === undefined || value === null ? undefined : textOf(record, field);
}

/** A list of texts, which may be a column of them with spaces between. @throws RangeError naming the field */
export function listOf(record: DataRecord, field: string): readonly (string | number)[] {
  const value = record[field];
  const list = typeof value === "string" ? value.split(/\s+/).filter((each) => each !== "") : value;
  const isItem = (each: unknown) => (typeof each === "string" && each !== "") || Number.isSafeInteger(each);
  if (!Array.isArray(list)) throw new RangeError(`expected ${field} to be a list, got ${describeArgument(value)}`);
  const wrong = list.findIndex((each) => !isItem(each));
  if (wrong >= 0) {
    throw new RangeError(
      `expected ${field}[${wrong}] to be a text or a whole number, got ${describeArgument(list[wrong])}`,
    );
  }
  return list as (string | number)[];
}
