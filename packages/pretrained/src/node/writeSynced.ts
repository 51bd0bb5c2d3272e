import { open } from "node:fs/promises";

/** Writes a file part by part, and returns when it is on the disk. */
export async function writeSynced(
  path: string,
  parts: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await open(path, "w");
  try {
    for await (const part of parts) await file.writeFile(part);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes renames in a folder durable through a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => undefined); // Windows cannot open a folder, and needs no sync
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}
