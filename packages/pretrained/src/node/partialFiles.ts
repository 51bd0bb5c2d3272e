import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lstat, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { blobPath, digestOf, makeSubfolder, writeEntry } from "./cacheFiles.ts";
import { rangesOf } from "../files/rangesOf.ts";
import { noFollow } from "./readWhole.ts";
import { gitHeader, hashFile } from "../remote/checksum.ts";
import type { PartialFile } from "../remote/fileCache.ts";

/** The time without new bytes after which a file of another machine counts as abandoned. */
const ABANDONED_MS = 3_600_000;

/** Begins a file of a cache folder, or resumes one of a process that has ended. */
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
  let hash = createHash("sha256"); // of the bytes so far, which are stored under it
  await hashFile(rangesOf(file, size), hash);
  let finished = false;
  const sha256 = () => hash.copy().digest("hex");
  return {
    get size() {
      return size;
    },
    async append(chunk) {
      await file.appendFile(chunk);
      hash.update(chunk);
      size += chunk.length;
    },
    async restart() {
      await file.truncate(0);
      hash = createHash("sha256");
      size = 0;
    },
    async checksum(algorithm, options) {
      if (algorithm === "sha256") return sha256();
      const git = createHash("sha1").update(gitHeader(size));
      await hashFile(rangesOf(file, size), git, options);
      return git.digest("hex");
    },
    open: async () => rangesOf(await open(mine, constants.O_RDONLY | noFollow), size),
    async finish() {
      await file.sync(); // a power cut must not leave the name without the bytes
      await makeSubfolder(folder, "blobs");
      await rename(mine, blobPath(folder, sha256()));
      finished = true;
      await writeEntry(folder, { key, size, sha256: sha256() });
    },
    async close() {
      await file.close();
      if (!finished && size === 0) await rm(mine, { force: true });
    },
  };
}

const PARTIAL = /^([0-9a-f]{64})\.([^.]+)\.(\d+)\.[0-9a-f]+\.part$/;

/** `KEY.HOST.PROCESS.RANDOM.part` */
function partialName(key: string): string {
  return `${digestOf(key)}.${host()}.${process.pid}.${randomBytes(4).toString("hex")}.part`;
}

function host(): string {
  return digestOf(hostname()).slice(0, 12);
}

/** Takes over a partial file of an ended process, the longest of several; renaming makes it exclusive. */
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

/** Whether no process writes a download any more. @param lastWritten in milliseconds since 1970 */
export function isAbandoned(name: string, lastWritten: number): boolean {
  const [, , owner, pid] = PARTIAL.exec(name) ?? [];
  if (owner !== host()) return Date.now() - lastWritten > ABANDONED_MS;
  try {
    process.kill(Number(pid), 0); // only checks whether the process exists
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
