import { checkString } from "@qkv/ops";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { blobPath, type CacheEntry, entryPath, listEntries, openBlob, readBlob } from "./cacheFiles.ts";
import { ownerOf } from "../remote/cacheKeys.ts";
import { HUB } from "../remote/modelRef.ts";
import { sweepCache } from "./sweepCache.ts";

/** One model in a cache folder. */
export interface CachedModel {
  /** The reference that opens it: `owner/name`, or the address of a folder. */
  readonly ref: string;
  /** The hub it came from, if not huggingface.co. */
  readonly endpoint?: string;
  /** Branches, tags and commits that can be opened offline. */
  readonly revisions: readonly string[];
  /** The number of cached files, of all revisions. */
  readonly files: number;
  /** Their size in bytes. */
  readonly bytes: number;
  /** The license in the model's card: `apache-2.0`. */
  readonly license?: string;
}

/** Result of {@link verifyCache}. */
export interface CacheCheck {
  /** The number of intact files. */
  readonly whole: number;
  /** Models with damaged files, once for each such file. These files are removed, to be fetched again. */
  readonly damaged: readonly string[];
}

/** Lists the models in a cache folder, by name. */
export async function listCachedModels(folder: string): Promise<CachedModel[]> {
  checkString("listCachedModels", "folder", folder);
  const models: CachedModel[] = [];
  for (const [, entries] of await entriesByModel(folder)) models.push(await describe(folder, entries));
  return models.sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

/** Reads every file of a cache folder and compares it with its SHA-256; removes changed ones. */
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

/** Removes a model from a cache folder. @returns the number of its files; 0 if it is not cached */
export async function removeCachedModel(folder: string, ref: string): Promise<number> {
  checkString("removeCachedModel", "folder", folder);
  const entries = (await listEntries(folder)).filter(({ key }) => ownerOf(key)?.ref === ref);
  for (const { key } of entries) await rm(entryPath(folder, key), { force: true });
  await sweepCache(folder, 0);
  return entries.length;
}

/** Number and size in bytes of the unfinished downloads in a cache folder. */
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

/** Whether an entry is a server's answer about files, not a model's file. */
function isAboutFiles(key: string): boolean {
  return ownerOf(key)?.revision !== undefined || key.endsWith(" known");
}

/** The license in the hub's answers, which repeat the metadata of the model's card. */
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
