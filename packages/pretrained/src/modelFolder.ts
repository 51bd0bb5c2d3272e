import type { Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { expectFileName } from "./fileName.ts";
import type { ModelFiles, OpenFile } from "./modelFiles.ts";
import { PretrainedError } from "./pretrainedError.ts";
import { readWhole } from "./readWhole.ts";

/** The files of a folder on disk. Reading from one that is not there is a {@link PretrainedError}. */
export function modelFolder(path: string): ModelFiles {
  const name = path.replace(/[/\\]+$/, "") || path;
  const pathOf = (file: string) => {
    expectFileName(name, file);
    return join(path, file);
  };
  /** What `work` gives; undefined if the folder has no such file. */
  const unlessMissing = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
      await checkFolder(name);
      return undefined;
    }
  };
  return {
    name,
    read: (file, { signal } = {}) => unlessMissing(() => readWhole(pathOf(file), { signal })),
    open: (file) => unlessMissing(() => openPath(pathOf(file))),
  };
}

/** Opens a file on disk to read parts of it. */
export async function openPath(path: string): Promise<OpenFile> {
  const facts = await stat(path); // first, since opening a pipe waits for somebody to write
  if (!facts.isFile()) throw new PretrainedError(`${path}: expected a file, got ${kindOf(facts)}`);
  const handle = await open(path);
  const { size } = facts;
  return {
    size,
    async read(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.length - at, MOST_AT_ONCE), start + at);
        if (bytesRead === 0) throw new Error(`expected ${size} bytes, got ${start + at}`); // cut off since
        at += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

function kindOf(facts: Stats): string {
  return facts.isDirectory() ? "a folder" : "a device";
}

const MOST_AT_ONCE = 2 ** 30; // some systems read no more than 2 GiB in one call

async function checkFolder(path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => undefined,
  );
  if (isFolder !== true) {
    throw new PretrainedError(`${path}: expected a model folder, got ${isFolder === undefined ? "nothing" : "a file"}`);
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
