import { open } from "node:fs/promises";
import * as zlib from "node:zlib";
import { readable } from "../files/readable.ts";
import type { FileRecord } from "./record.ts";

/** The rows that are held at once. */
const ROWS = 1000;

/**
 * The rows of a Parquet file, by hyparquet. A null is null, and a whole number of 64 bits a number where it is exact.
 *
 * @throws Error naming the file that is none, or the row of a number that is too large
 */
export async function* parquetRows(file: string): AsyncGenerator<FileRecord> {
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const handle = await open(file).catch((error: unknown) => {
    const reason = readable(error);
    throw new Error(`${file}: expected a file, got ${reason instanceof Error ? reason.message : String(reason)}`, {
      cause: error,
    });
  });
  try {
    const { size: byteLength } = await handle.stat();
    const slice = async (start: number, end = byteLength): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    };
    const source = { byteLength, slice };
    const inFile = (error: unknown) => {
      throw new Error(`${file}: expected a Parquet file, got ${(error as Error).message}`, { cause: error });
    };
    const metadata = await parquetMetadataAsync(source).catch(inFile);
    const count = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < count; rowStart += ROWS) {
      const rowEnd = Math.min(rowStart + ROWS, count);
      const rows = await parquetReadObjects({
        file: source,
        metadata,
        rowStart,
        rowEnd,
        compressors: COMPRESSORS,
      }).catch(inFile);
      for (const [i, row] of rows.entries()) {
        const where = `${file}: row ${rowStart + i + 1}`;
        yield {
          fields: Object.fromEntries(
            Object.entries(row).map(([name, value]) => [name, plain(value, `${where}: ${name}`)]),
          ),
          where,
        };
      }
    }
  } finally {
    await handle.close();
  }
}

const { zstdDecompressSync } = zlib as { readonly zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };

/** What hyparquet leaves to others and Node has; Zstandard from 22.15 on. */
const COMPRESSORS = {
  GZIP: (bytes: Uint8Array) => new Uint8Array(zlib.gunzipSync(bytes)),
  BROTLI: (bytes: Uint8Array) => new Uint8Array(zlib.brotliDecompressSync(bytes)),
  ...(zstdDecompressSync && { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdDecompressSync(bytes)) }),
};

function plain(value: unknown, where: string): unknown {
  if (Array.isArray(value)) return value.map((each) => plain(each, where));
  if (typeof value !== "bigint") return value;
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new Error(`${where}: expected a whole number of up to 53 bits, got ${value}`);
}
