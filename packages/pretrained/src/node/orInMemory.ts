import { memoryPartial, type PartialFile } from "../remote/fileCache.ts";
import { readAll } from "../remote/keptFiles.ts";

/** Wraps a partial file to continue in memory when the disk is full. @param onRefused called with the reason */
export function orInMemory(part: PartialFile, onRefused: (error: unknown) => void): PartialFile {
  let current = part;
  return {
    get size() {
      return current.size;
    },
    async append(chunk) {
      try {
        await current.append(chunk);
      } catch (error) {
        if (current !== part) throw error;
        onRefused(error);
        current = memoryPartial([await readAll(await part.open())]);
        await part.restart(); // frees the disk space
        await current.append(chunk);
      }
    },
    restart: () => current.restart(),
    checksum: (algorithm, options) => current.checksum(algorithm, options),
    open: () => current.open(),
    async finish() {
      await current.finish().catch(onRefused);
    },
    async close() {
      await part.close().catch(onRefused);
    },
  };
}
