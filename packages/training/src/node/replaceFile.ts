import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { readable } from "./files/readable.ts";

/** The suffix of a file that is not yet complete. */
export const TEMPORARY = ".tmp";

/**
 * Writes a file whole or not at all: first beside it, to the disk, and then under its name. The previous file stays
 * whole until the new one takes its place, also through a power cut.
 */
export async function replaceFile(file: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${file}${TEMPORARY}`;
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw readable(error);
  }
  await syncFolder(path.dirname(file));
}

/** Makes a rename durable. Windows and some network file systems do it by themselves, and cannot sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    if (!["EINVAL", "ENOTSUP", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await handle.close();
  }
}
