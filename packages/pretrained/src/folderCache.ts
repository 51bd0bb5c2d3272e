import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import type { FileCache, PartialFile } from "./remote/fileCache.ts";

/** After so long without a byte, nobody is taken to be writing a file that another machine began. */
const ABANDONED_MS = 3_600_000;

/**
 * Keeps files in a folder, which any number of processes may share.
 *
 * Each writes under a name of its own and renames what is whole into place, so that a file there is never half of one.
 * What a process that has ended left half-done, the next one goes on with.
 */
export function folderCache(folder: string): FileCache {
  const pathOf = (key: string) => join(folder, ...key.split("/").map(safeName));
  return {
    async read(key) {
      try {
        const { buffer, byteOffset, length } = await readFile(pathOf(key));
        return new Uint8Array(buffer, byteOffset, length);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    async write(key, bytes) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const mine = partialName(path);
      await writeFile(mine, bytes);
      await rename(mine, path);
    },
    async begin(key) {
      const path = pathOf(key);
      await mkdir(dirname(path), { recursive: true });
      const mine = partialName(path);
      await adopt(path, mine);
      return openPartial(path, mine);
    },
  };
}

async function openPartial(path: string, mine: string): Promise<PartialFile> {
  const file = await open(mine, "a+");
  let { size } = await file.stat();
  let finished = false;
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
    async read() {
      const bytes = new Uint8Array(size);
      let at = 0;
      while (at < size) {
        const { bytesRead } = await file.read(bytes, at, size - at, at);
        if (bytesRead === 0) throw new Error(`${mine}: expected ${size} bytes, got ${at}`);
        at += bytesRead;
      }
      return bytes;
    },
    async finish() {
      await file.sync(); // a power cut must not leave the name without the bytes
      await rename(mine, path);
      finished = true;
    },
    async close() {
      await file.close();
      if (!finished && size === 0) await rm(mine, { force: true });
    },
  };
}

const PARTIAL = /\.([^.]+)\.(\d+)\.[0-9a-f]+\.part$/;

/** `FILE.HOST.PROCESS.RANDOM.part` */
function partialName(path: string): string {
  return `${path}.${safeName(hostname()).replaceAll(".", "-")}.${process.pid}.${randomBytes(4).toString("hex")}.part`;
}

/** Takes over what others left, the longest of several; renaming lets one process alone have it. */
async function adopt(path: string, mine: string): Promise<void> {
  const folder = dirname(path);
  const left: { name: string; size: number }[] = [];
  for (const name of await readdir(folder)) {
    if (!name.startsWith(`${basename(path)}.`) || !PARTIAL.test(name)) continue;
    const facts = await stat(join(folder, name)).catch(() => undefined);
    if (facts !== undefined && isAbandoned(name, facts.mtimeMs)) left.push({ name, size: facts.size });
  }
  left.sort((a, b) => b.size - a.size);
  const [longest, ...others] = left;
  if (longest !== undefined) await rename(join(folder, longest.name), mine).catch(() => undefined);
  for (const { name } of others) await rm(join(folder, name), { force: true });
}

function isAbandoned(name: string, lastWritten: number): boolean {
  const [, host, pid] = PARTIAL.exec(name) ?? [];
  if (host !== safeName(hostname()).replaceAll(".", "-")) return Date.now() - lastWritten > ABANDONED_MS;
  try {
    process.kill(Number(pid), 0); // asks whether it is there, and does nothing to it
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}

/** A name that every file system takes. */
function safeName(name: string): string {
  return name.replace(/[^\w.@=+-]/g, (character) => `%${character.codePointAt(0)?.toString(16)}`);
}
