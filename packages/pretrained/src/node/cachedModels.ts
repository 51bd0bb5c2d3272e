import { checkString } from "@qkv/ops";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { blobPath, type CacheEntry, entryPath, listEntries, openBlob, readBlob } from "./cacheFiles.ts";
import { ownerOf } from "../remote/cacheKeys.ts";
import { HUB } from "../remote/modelRef.ts";
import { sweepCache } from "./sweepCache.ts";

/** One model in a cache folder. */
export interface CachedModel {
  /** What opens it: `owner/name`, or the address of a folder. */
  readonly ref: string;
  /** The hub it came from, where that is not huggingface.co. */
  readonly endpoint?: string;
  /** Branches, tags and commits of a hub that can be opened without a network. */
  readonly revisions: readonly string[];
  /** Files that are kept, whatever revision they are of. */
  readonly files: number;
  /** Of those, in bytes. */
  readonly bytes: number;
  /** What the model's card says: `apache-2.0`. */
  readonly license?: string;
}

/** What {@link verifyCache} found. */
export interface CacheCheck {
  /** Files that are what they were. */
  readonly whole: number;
  /** Models with files that are not, each as often as it has some. These files are removed, to be fetched again. */
  readonly damaged: readonly string[];
}

/** The models in a cache folder, by name. */
export async function listCachedModels(folder: string): Promise<CachedModel[]> {
  checkString("listCachedModels", "folder", folder);
  const models: CachedModel[] = [];
  for (const [, entries] of await entriesByModel(folder)) models.push(await describe(folder, entries));
  return models.sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Reads every file of a cache folder and compares it with its SHA-256; removes those that are others by now. */
export async function verifyCache(folder: string): Promise<CacheCheck> {
  checkString("verifyCache", "folder", folder);
  let whole = 0;
  const damaged: string[] = [];
  for (const entry of await listEntries(folder)) {
    const file = await openBlob(folder, entry).catch(() => undefined);
    await file?.close();
    if (file !== undefined) whole++;
    else {
      damaged.push(ownerOf(entry.key)?.ref ?? entry.key);
      await rm(entryPath(folder, entry.key), { force: true });
      await rm(blobPath(folder, entry.sha256), { force: true, recursive: true });
    }
  }
  return { whole, damaged };
}

/** Removes a model from a cache folder. @returns how many files it had; 0 if it is not there */
export async function removeCachedModel(folder: string, ref: string): Promise<number> {
  checkString("removeCachedModel", "folder", folder);
  const entries = (await listEntries(folder)).filter(({ key }) => ownerOf(key)?.ref === ref);
  for (const { key } of entries) await rm(entryPath(folder, key), { force: true });
  await sweepCache(folder, 0);
  return entries.length;
}

/** How many downloads that were cut off lie in a cache folder, and how large they are in bytes. */
export async function unfinishedDownloads(folder: string): Promise<{ readonly files: number; readonly bytes: number }> {
  checkString("unfinishedDownloads", "folder", folder);
  const names = await readdir(join(folder, "partial")).catch(() => []);
  const facts = await Promise.all(names.map((name) => stat(join(folder, "partial", name)).catch(() => undefined)));
  return { files: names.length, bytes: facts.reduce((sum, file) => sum + (file?.size ?? 0), 0) };
}

async function entriesByModel(folder: string): Promise<Map<string, CacheEntry[]>> {
  const models = new Map<string, CacheEntry[]>();
  for (const entry of await listEntries(folder)) {
    const owner = ownerOf(entry.key);
    if (owner === undefined) continue;
    const name = `${owner.endpoint ?? ""} ${owner.ref}`;
    models.set(name, [...(models.get(name) ?? []), entry]);
  }
  return models;
}

async function describe(folder: string, entries: readonly CacheEntry[]): Promise<CachedModel> {
  const { ref = "", endpoint } = ownerOf(entries[0]?.key ?? "") ?? {};
  const answers = entries.filter(({ key }) => ownerOf(key)?.revision !== undefined);
  const bytesOf = new Map(
    entries.filter(({ key }) => !isAboutFiles(key)).map(({ sha256, size }) => [sha256, size] as const),
  );
  const license = await firstLicense(folder, answers);
  return {
    ref,
    ...(endpoint !== undefined && endpoint !== HUB && { endpoint }),
    revisions: answers.map(({ key }) => ownerOf(key)?.revision ?? "").sort(),
    files: bytesOf.size,
    bytes: [...bytesOf.values()].reduce((sum, size) => sum + size, 0),
    ...(license !== undefined && { license }),
  };
}

/** Whether an entry is no file of a model, but what a server said of some. */
function isAboutFiles(key: string): boolean {
  return ownerOf(key)?.revision !== undefined || key.endsWith(" known");
}

/** The hub's answer repeats what the model's card says in front. */
async function firstLicense(folder: string, answers: readonly CacheEntry[]): Promise<string | undefined> {
  for (const answer of answers) {
    const bytes = await readBlob(folder, answer).catch(() => undefined);
    const license = bytes && licenseOf(new TextDecoder().decode(bytes));
    if (license !== undefined) return license;
  }
  return undefined;
}

function licenseOf(answer: string): string | undefined {
  try {
    const { cardData } = JSON.parse(answer) as { cardData?: { license?: unknown; license_name?: unknown } };
    const license = cardData?.license === "other" ? (cardData.license_name ?? "other") : cardData?.license;
    return typeof license === "string" ? license : undefined;
  } catch {
    return undefined;
  }
}
