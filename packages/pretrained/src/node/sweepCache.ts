import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { listEntries } from "./cacheFiles.ts";
import { isAbandoned } from "./partialFiles.ts";

const HOUR_MS = 3_600_000;
/** The time for which an unfinished download is kept, to be resumed. */
const WEEK_MS = 7 * 24 * HOUR_MS;

/**
 * Removes unused files: downloads that were cut off a week ago, temporary files of killed processes,
 * and bytes without an entry.
 *
 * @param unnamedMs the least age of bytes without an entry: an entry is written after its bytes
 */
export async function sweepCache(folder: string, unnamedMs = HOUR_MS): Promise<void> {
  await removeOld(join(folder, "partial"), (name, age) =>
    name.endsWith(".tmp") ? age > HOUR_MS : age > WEEK_MS && isAbandoned(name, Date.now() - age),
  );
  const named = new Set((await listEntries(folder)).map(({ sha256 }) => sha256));
  await removeOld(join(folder, "blobs"), (name, age) => age >= unnamedMs && !named.has(name));
}

async function removeOld(folder: string, isStale: (name: string, ageMs: number) => boolean): Promise<void> {
  const facts = await lstat(folder).catch(() => undefined);
  if (facts?.isDirectory() !== true) return; // never through a link
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const facts = await lstat(path).catch(() => undefined);
    if (facts !== undefined && !facts.isDirectory() && isStale(name, Date.now() - facts.mtimeMs)) {
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
}
