import type { FileHandle } from "node:fs/promises";
import type { OpenFile } from "./modelFiles.ts";

const MOST_AT_ONCE = 2 ** 30; // some systems read at most 2 GiB in one call

/** Wraps an open file on disk, to read parts of it. @param size of the whole file, in bytes */
export function rangesOf(handle: FileHandle, size: number): OpenFile {
  return {
    size,
    async read(start, end, bytes = new Uint8Array(end - start)) {
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, MOST_AT_ONCE), start + at);
        if (bytesRead === 0) throw new Error(`expected ${size} bytes, got ${start + at}`); // truncated since
        at += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
