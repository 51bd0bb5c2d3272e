import { lstat, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { listEntries } from "./cacheFiles.ts";
import { isAbandoned } from "./partialFiles.ts";

const HOUR_MS = 3_600_000;
/** So long a download that was cut off waits to be gone on with. */
const WEEK_MS = 7 * 24 * HOUR_MS;

/**
 * Removes what nobody will read: downloads that were cut off a week ago, temporary files of processes that were killed,
 * and bytes that no entry names any more.
 *
 * @param unnamedMs how old bytes without an entry have to be: an entry is written after its bytes
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
