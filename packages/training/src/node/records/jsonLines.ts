import { describeArgument } from "@qkv/ops";
import { fileLines } from "./fileLines.ts";
import type { FileRecord } from "./record.ts";

/** The objects of a file with a JSON object on each line. @throws Error naming the line that is none */
export async function* jsonLines(file: string): AsyncGenerator<FileRecord> {
  for await (const { text, where } of fileLines(file)) yield { fields: parsed(text, where), where };
}

function parsed(text: string, where: string): FileRecord["fields"] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const got =
      text.trim() === "" ? "an empty line" : JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
    throw new Error(`${where}: expected a JSON object, got ${got}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as FileRecord["fields"];
  throw new Error(`${where}: expected a JSON object, got ${describeArgument(value)}`);
}
