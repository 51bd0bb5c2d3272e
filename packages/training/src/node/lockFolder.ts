import { checkString } from "@qkv/ops";
import { constants, copyFile, link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";

/** A lock of a folder against other processes. */
export interface FolderLock {
  /** Releases the lock. */
  release(): Promise<void>;
}

/** Error for a folder that another process uses. */
export class FolderLockedError extends Error {
  override readonly name = "FolderLockedError";
}

/** The process that a lock file names. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Start time of the process, which no other process of the same id shares; empty where the system does not provide it. */
  readonly started: string;
  /** The time of the lock, for people. */
  readonly since: string;
}

const FILE = "run.lock";
const held = new Set<string>();

/**
 * Locks a folder for this process, by a file in it that names the process. The lock of a process that has ended, however
 * it ended, is taken over; the lock of a process on another machine stays, since its end cannot be detected.
 *
 * @throws FolderLockedError if another process has it; Error if the file cannot be written
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  checkString("lockFolder", "folder", folder);
  const file = path.resolve(folder, FILE);
  const own: Holder = {
    pid: process.pid,
    host: hostname(),
    started: await startOf(process.pid),
    since: new Date().toISOString(),
  };
  const text = `${JSON.stringify(own)}\n`;
  while (!(await create(file, text))) {
    const other = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
    if (other === undefined) continue; // released meanwhile
    const holder = holderOf(other);
    if (holder !== undefined && (await isRunning(holder, file))) throw lockedBy(holder, folder, file);
    if (!(await takeAway(file, other))) throw new FolderLockedError(`${folder} has just been taken by another process`);
  }
  held.add(file);
  return {
    release: async () => {
      held.delete(file);
      if ((await readFile(file, "utf8").catch(() => "")) === text) await rm(file, { force: true });
    },
  };
}

/** Creates the file with all of its text, unless it exists. */
async function create(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${process.pid}`;
  try {
    await writeFile(temporary, text);
    await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") throw error;
      return copyFile(temporary, file, constants.COPYFILE_EXCL); // a file system without links
    });
    return true;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") return false;
    const got = code === "ENOENT" ? "none" : message;
    throw new Error(`${path.dirname(file)}: expected a folder that files can be written to, got ${got}`, {
      cause: error,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Removes a lock that is stale; not one that a third process has put in its place meanwhile. */
async function takeAway(file: string, stale: string): Promise<boolean> {
  const aside = `${file}.stale.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    return true; // another process was faster; the next attempt finds its owner
  }
  const isStale = (await readFile(aside, "utf8")) === stale;
  if (!isStale) await link(aside, file).catch(() => undefined);
  await rm(aside, { force: true });
  return isStale;
}

async function isRunning({ pid, host, started }: Holder, file: string): Promise<boolean> {
  if (host !== hostname()) return true; // it cannot be checked from here
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
  const now = await startOf(pid);
  return started === "" || now === "" || started === now;
}

/** The boot and the tick at which a process started; empty without /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const [boot, stat] = await Promise.all([
      readFile("/proc/sys/kernel/random/boot_id", "utf8"),
      readFile(`/proc/${pid}/stat`, "utf8"),
    ]);
    // The name, in brackets, may hold anything; after it, the 20th field is the start.
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? ""}`;
  } catch {
    return "";
  }
}

/** Parses a lock file; undefined if it is cut off. */
function holderOf(text: string): Holder | undefined {
  try {
    const { pid, host, started, since } = JSON.parse(text) as Record<keyof Holder, unknown>;
    if (!Number.isInteger(pid) || typeof host !== "string") return undefined;
    return { pid: pid as number, host, started: String(started), since: String(since) };
  } catch {
    return undefined;
  }
}

function lockedBy({ pid, host, since }: Holder, folder: string, file: string): FolderLockedError {
  const place = host === hostname() ? "" : ` on ${JSON.stringify(host)}`;
  return new FolderLockedError(
    `${folder} is in use by process ${pid}${place}, since ${JSON.stringify(since)}: let it end, or stop it; ` +
      `if no such process is running, remove ${file}`,
  );
}
