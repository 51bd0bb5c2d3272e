import { checkRecord, checkString, describeArgument } from "@qkv/ops";
import { byteLines } from "./records/fileLines.ts";

/** The types that a field of a JSONL file may have. */
export interface JsonlTypes {
  readonly string: string;
  readonly number: number;
  readonly boolean: boolean;
}

/** What each line of a JSONL file has: its fields and their types. */
export type JsonlFields = Readonly<Record<string, keyof JsonlTypes>>;

/** A line of a JSONL file with the fields that were asked for. */
export type JsonlRow<Fields extends JsonlFields> = { readonly [Name in keyof Fields]: JsonlTypes[Fields[Name]] };

/**
 * Reads examples from a file of UTF-8 with a JSON object on each line, of which it takes the fields of `fields`. Gathered in an
 * array they are what `shuffledBatches` counts, so that a resumed run goes on where it was.
 *
 * @param fields name to type: `{ text: "string", label: "number" }`
 * @throws Error naming file and line where there is no object, a field is missing or of another type, or bytes are no UTF-8
 */
export async function* readJsonl<const Fields extends JsonlFields>(
  file: string,
  fields: Fields,
): AsyncGenerator<JsonlRow<Fields>, void, undefined> {
  checkString("readJsonl", "file", file);
  checkRecord("readJsonl", "fields", fields);
  let number = 0;
  for await (const line of byteLines(file)) {
    number += 1;
    yield rowOf(line, fields, `${file}:${number}`);
  }
}

function rowOf<Fields extends JsonlFields>(line: Uint8Array, fields: Fields, where: string): JsonlRow<Fields> {
  const value = parsed(line, where);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error(`${where}: expected a JSON object, got ${describeArgument(value)}`);
  }
  const row: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(fields)) {
    const field: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (typeof field !== type)
      throw new Error(`${where}: expected ${name} to be a ${type}, got ${describeArgument(field)}`);
    row[name] = field;
  }
  return row as JsonlRow<Fields>;
}

function parsed(line: Uint8Array, where: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(line);
  } catch {
    throw new Error(`${where}: expected UTF-8, got other bytes`);
  }
  try {
    return JSON.parse(text);
  } catch {
    const got =
      text.trim() === "" ? "an empty line" : JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
    throw new Error(`${where}: expected a JSON object, got ${got}`);
  }
}
