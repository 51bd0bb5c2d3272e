import { readFile } from "node:fs/promises";
import path from "node:path";
import { unreadable } from "../unreadable.ts";
import { UsageError } from "../usageError.ts";

/** A UTF-8 text of the data folder. */
export async function readText(file: string, folder: string): Promise<string> {
  const found = path.resolve(folder, file);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(found);
  } catch (error) {
    throw new UsageError(`${found}: expected a text, got ${unreadable(error)}`);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${found}: expected a text in UTF-8, got other bytes`);
  }
}

/** The text to train on, and the rest, which comes after it. */
export function splitText(text: string, validationShare: number): { training: string; validation: string } {
  const end = Math.floor(text.length * (1 - validationShare));
  return { training: text.slice(0, end), validation: text.slice(end) };
}
