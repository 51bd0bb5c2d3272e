import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "./makeFolder.ts";
import type { OpenFile, ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { rangesOf } from "../files/rangesOf.ts";
import { noFollow, readWhole } from "./readWhole.ts";
import { hashFile } from "../remote/checksum.ts";

/** One file of a cache: its key, and the size and checksum of its bytes. */
export interface CacheEntry {
  readonly key: string;
  /** Size in bytes. */
  readonly size: number;
  /** SHA-256 of the bytes, in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Subfolders of a cache folder: bytes by their SHA-256, entries by that of their key, unfinished downloads. */
export type CacheSubfolder = "blobs" | "entries" | "partial";

/**
 * The path of a cache's subfolder. It is created if missing, and never a link: nothing outside the cache is
 * written.
 */
export async function makeSubfolder(folder: string, name: CacheSubfolder): Promise<string> {
  const path = join(folder, name);
  await makeFolder(path);
  await expectNoLink(path);
  return path;
}

/** The path of a key's entry: names are made of digests, never of a server's text. */
export function entryPath(folder: string, key: string): string {
  return join(folder, "entries", `${digestOf(key)}.json`);
}

/** The path of the bytes with a SHA-256. */
export function blobPath(folder: string, sha256: string): string {
  return join(folder, "blobs", sha256);
}

/** SHA-256 in lower-case hexadecimal digits. */
export function digestOf(content: Uint8Array | string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Reads the entry of a key; undefined if there is no readable one. */
export async function readEntry(folder: string, key: string): Promise<CacheEntry | undefined> {
  const bytes = await readOwn(entryPath(folder, key));
  const entry = bytes && parseEntry(bytes);
  return entry?.key === key ? entry : undefined;
}

/** Reads the bytes of an entry; undefined if they are missing or changed. */
export async function readBlob(folder: string, { size, sha256 }: CacheEntry): Promise<Uint8Array | undefined> {
  const hash = createHash("sha256");
  const bytes = await readOwn(blobPath(folder, sha256), hash);
  return bytes?.length === size && hash.digest("hex") === sha256 ? bytes : undefined;
}

/**
 * Opens the bytes of an entry, to read parts of them; undefined if they are missing or changed. All are read once, a
 * piece at a time, to check that.
 */
export async function openBlob(
  folder: string,
  { size, sha256 }: CacheEntry,
  options: ReadOptions = {},
): Promise<OpenFile | undefined> {
  const handle = await unlessMissing(blobPath(folder, sha256), (path) => open(path, constants.O_RDONLY | noFollow));
  if (handle === undefined) return undefined;
  try {
    const facts = await handle.stat();
    if (facts.isFile() && facts.size === size) {
      const [file, hash] = [rangesOf(handle, size), createHash("sha256")];
      await hashFile(file, hash, options);
      if (hash.digest("hex") === sha256) return file;
    }
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  return undefined;
}

/** Reads all readable entries. */
export async function listEntries(folder: string): Promise<CacheEntry[]> {
  const names = await readdir(join(folder, "entries")).catch(() => []);
  const entries: CacheEntry[] = [];
  for (const name of names.filter((name) => name.endsWith(".json")).sort()) {
    const bytes = await readOwn(join(folder, "entries", name));
    const entry = bytes && parseEntry(bytes);
    if (entry !== undefined && `${digestOf(entry.key)}.json` === name) entries.push(entry);
  }
  return entries;
}

/** Writes an entry, in place of an earlier one. */
export async function writeEntry(folder: string, entry: CacheEntry): Promise<void> {
  await makeSubfolder(folder, "entries");
  await writeWhole(folder, entryPath(folder, entry.key), new TextEncoder().encode(JSON.stringify(entry)));
}

/** Writes a file under a temporary name, then renames it into place: a file there is never incomplete. */
export async function writeWhole(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = join(await makeSubfolder(folder, "partial"), `${randomBytes(8).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync(); // a power cut must not leave the name without the bytes
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Reads a file of the cache, never through a link; undefined if it is missing. */
function readOwn(path: string, hash?: ReturnType<typeof createHash>): Promise<Uint8Array | undefined> {
  return unlessMissing(path, () => readWhole(path, { follow: false, ...(hash && { hash }) }));
}

/** Runs `work` for a file of the cache, never through a link; undefined if it is missing. */
async function unlessMissing<T>(path: string, work: (path: string) => Promise<T>): Promise<T | undefined> {
  try {
    await expectNoLink(dirname(path));
    return await work(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "EISDIR") return undefined;
    throw error;
  }
}

async function expectNoLink(path: string): Promise<void> {
  const facts = await lstat(path);
  if (facts.isDirectory()) return;
  const got = facts.isSymbolicLink() ? "a symbolic link" : "a file";
  throw new PretrainedError(`${path}: expected a folder of the cache, got ${got}: remove it`);
}

function parseEntry(bytes: Uint8Array): CacheEntry | undefined {
  try {
    const { key, size, sha256 } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<CacheEntry>;
    const isEntry = typeof key === "string" && Number.isSafeInteger(size) && /^[0-9a-f]{64}$/.test(sha256 ?? "");
    return isEntry ? ({ key, size, sha256 } as CacheEntry) : undefined;
  } catch {
    return undefined;
  }
}
