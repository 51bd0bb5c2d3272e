import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../usageError.ts";

/** The names of files, and their bytes, one part after another. */
export type FileParts = readonly (readonly [name: string, parts: readonly Uint8Array[]])[];

/** Looks before any work whether a folder is new or empty, or its files may be replaced. @throws UsageError if not */
export async function expectNewFolder(out: string, overwrite: boolean): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isDirectory()) throw new UsageError(`OUT: expected a folder, got a file, ${out}`);
  if (overwrite || (await readdir(out)).length === 0) return;
  throw new UsageError(`OUT: expected nothing at ${out} yet, got a folder with files: --overwrite replaces them`);
}

/**
 * Writes files into a folder: each whole under its name, or not at all.
 *
 * @returns the number of bytes of each
 */
export async function writeFolder(out: string, files: FileParts): Promise<Record<string, number>> {
  await mkdir(out, { recursive: true });
  const sizes: Record<string, number> = {};
  for (const [name, parts] of files) {
    const begun = path.join(out, `${name}.part`);
    try {
      const file = await open(begun, "w");
      try {
        for (const part of parts) await file.writeFile(part);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(begun, path.join(out, name));
    } catch (error) {
      await rm(begun, { force: true });
      throw error;
    }
    sizes[name] = parts.reduce((sum, { length }) => sum + length, 0);
  }
  return sizes;
}
