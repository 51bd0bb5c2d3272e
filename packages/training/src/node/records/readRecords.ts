import { checkString } from "@qkv/ops";
import { extname } from "node:path";
import { fileLines } from "./fileLines.ts";
import { jsonLines } from "./jsonLines.ts";
import { parquetRows } from "./parquetRows.ts";
import type { FileRecord } from "./record.ts";
import { commaLines, tabLines } from "./tables.ts";

const READERS: Readonly<Record<string, (file: string) => AsyncIterable<FileRecord>>> = {
  ".jsonl": jsonLines,
  ".ndjson": jsonLines,
  ".tsv": tabLines,
  ".csv": commaLines,
  ".parquet": parquetRows,
  ".txt": textLines,
};

/**
 * Reads the records of a file by the ending of its name: JSON lines (`.jsonl`), tables with tabs or commas whose first line names
 * the columns (`.tsv`, `.csv`), Parquet (`.parquet`), or lines of plain text that are `text` (`.txt`), of which empty ones are left out.
 *
 * @throws Error naming file and line where something is not as it should be
 */
export async function* readRecords(file: string): AsyncGenerator<FileRecord, void, undefined> {
  checkString("readRecords", "file", file);
  const ending = extname(file).toLowerCase();
  const reader = READERS[ending];
  if (reader === undefined) {
    throw new Error(
      `${file}: expected a file that ends with ${Object.keys(READERS).join(", ")}, got ${ending || "no ending"}`,
    );
  }
  yield* reader(file);
}

async function* textLines(file: string): AsyncGenerator<FileRecord> {
  for await (const { text, where } of fileLines(file)) if (text.trim() !== "") yield { fields: { text }, where };
}
