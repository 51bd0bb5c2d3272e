import { blobPath, digestOf, makeSubfolder, readBlob, readEntry, writeEntry, writeWhole } from "./cacheFiles.ts";
import { beginPartial } from "./partialFiles.ts";
import type { FileCache } from "./remote/fileCache.ts";

/**
 * Keeps files in a folder, which any number of processes may share.
 *
 * Names in it are digests: bytes lie under their SHA-256, and an entry under that of its key says which bytes it has. So
 * nothing that a server says can name a file, and bytes that changed on the disk are not taken for those that were kept.
 * Each process writes under a name of its own and renames what is whole into place; what a process that has ended left
 * half-done, the next one goes on with.
 */
export function folderCache(folder: string): FileCache {
  return {
    async read(key) {
      const entry = await readEntry(folder, key);
      return entry && readBlob(folder, entry);
    },
    async write(key, bytes) {
      const sha256 = digestOf(bytes);
      await makeSubfolder(folder, "blobs");
      await writeWhole(folder, blobPath(folder, sha256), bytes);
      await writeEntry(folder, { key, size: bytes.length, sha256 });
    },
    begin: (key) => beginPartial(folder, key),
  };
}
