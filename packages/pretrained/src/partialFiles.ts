import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { blobPath, type CacheEntry, digestOf, makeSubfolder, writeEntry } from "./cacheFiles.ts";
import { noFollow } from "./readWhole.ts";
import { allocate, type PartialFile } from "./remote/fileCache.ts";

/** After so long without a byte, nobody is taken to be writing a file that another machine began. */
const ABANDONED_MS = 3_600_000;

/** Begins a file of a cache folder, or goes on with one that a process which has ended left. */
export async function beginPartial(folder: string, key: string): Promise<PartialFile> {
  const partial = await makeSubfolder(folder, "partial");
  const mine = join(partial, partialName(key));
  await adopt(partial, key, mine);
  return openPartial(folder, key, mine);
}

async function openPartial(folder: string, key: string, mine: string): Promise<PartialFile> {
  const { O_RDWR, O_APPEND, O_CREAT } = constants;
  const file = await open(mine, O_RDWR | O_APPEND | O_CREAT | noFollow);
  let { size } = await file.stat();
  let entry: CacheEntry | undefined; // of the bytes that were read last
  let finished = false;
  const read = async () => {
    const bytes = allocate(size);
    const hash = createHash("sha256");
    for (let at = 0; at < size;) {
      const { bytesRead } = await file.read(bytes, at, Math.min(PIECE, size - at), at);
      if (bytesRead === 0) throw new Error(`${mine}: expected ${size} bytes, got ${at}`);
      hash.update(bytes.subarray(at, at + bytesRead));
      at += bytesRead;
    }
    entry = { key, size, sha256: hash.digest("hex") };
    return bytes;
  };
  return {
    get size() {
      return size;
    },
    async append(chunk) {
      await file.appendFile(chunk);
      size += chunk.length;
    },
    async restart() {
      await file.truncate(0);
      size = 0;
    },
    read,
    async finish() {
      if (entry?.size !== size) await read();
      await file.sync(); // a power cut must not leave the name without the bytes
      await makeSubfolder(folder, "blobs");
      await rename(mine, blobPath(folder, entry?.sha256 ?? ""));
      finished = true;
      await writeEntry(folder, entry as CacheEntry);
    },
    async close() {
      await file.close();
      if (!finished && size === 0) await rm(mine, { force: true });
    },
  };
}

/** Bytes that are read at once. */
const PIECE = 2 ** 24;

const PARTIAL = /^([0-9a-f]{64})\.([^.]+)\.(\d+)\.[0-9a-f]+\.part$/;

/** `KEY.HOST.PROCESS.RANDOM.part` */
function partialName(key: string): string {
  return `${digestOf(key)}.${host()}.${process.pid}.${randomBytes(4).toString("hex")}.part`;
}

function host(): string {
  return digestOf(hostname()).slice(0, 12);
}

/** Takes over what others left, the longest of several; renaming lets one process alone have it. */
async function adopt(partial: string, key: string, mine: string): Promise<void> {
  const left: { name: string; size: number }[] = [];
  for (const name of await readdir(partial)) {
    if (PARTIAL.exec(name)?.[1] !== digestOf(key)) continue;
    const facts = await lstat(join(partial, name)).catch(() => undefined);
    if (facts?.isFile() === true && isAbandoned(name, facts.mtimeMs)) left.push({ name, size: facts.size });
  }
  left.sort((a, b) => b.size - a.size);
  const [longest, ...others] = left;
  if (longest !== undefined) await rename(join(partial, longest.name), mine).catch(() => undefined);
  for (const { name } of others) await rm(join(partial, name), { force: true });
}

/** Whether nobody is writing a download any more. @param lastWritten in milliseconds since 1970 */
export function isAbandoned(name: string, lastWritten: number): boolean {
  const [, , owner, pid] = PARTIAL.exec(name) ?? [];
  if (owner !== host()) return Date.now() - lastWritten > ABANDONED_MS;
  try {
    process.kill(Number(pid), 0); // asks whether it is there, and does nothing to it
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
