import { type Stats, statSync } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { describeArgument } from "@qkv/ops";
import { expectFileName } from "../files/fileName.ts";
import { fileReason } from "../files/fileReason.ts";
import type { ModelFiles, OpenFile } from "../files/modelFiles.ts";
import { ggufFiles } from "../gguf/ggufFiles.ts";
import { limitSettings } from "./settings.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { rangesOf } from "../files/rangesOf.ts";
import { readWhole } from "./readWhole.ts";
import { FILE_LIMITS, limitOf } from "../remote/fileLimits.ts";

/**
 * Makes a source of the files of a folder on disk, or of those that a `.gguf` file stands for. Reading from a missing folder is a
 * {@link PretrainedError}.
 */
export function modelFolder(path: string): ModelFiles {
  if (typeof path !== "string") {
    const hint = (path as unknown) instanceof URL ? ": fileURLToPath of node:url makes a path of it" : "";
    throw new PretrainedError(`modelFolder: expected a path, got ${describeArgument(path)}${hint}`);
  }
  if (path.endsWith(".gguf") && !isFolder(path)) return ggufFiles(folderFiles(dirname(path)), basename(path));
  return folderFiles(path);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function folderFiles(path: string): ModelFiles {
  const name = path.replace(/[/\\]+$/, "") || path;
  /** Runs `work` for a file's path; undefined if the folder has no such file. */
  const unlessMissing = async <T>(file: string, work: (path: string) => Promise<T>): Promise<T | undefined> => {
    expectFileName(name, file);
    try {
      return await work(join(path, file));
    } catch (error) {
      if (typeof codeOf(error) !== "string") throw error; // not of the system
      await checkFolder(name);
      if (codeOf(error) === "ENOENT") return undefined;
      const got = fileReason(error);
      throw new PretrainedError(`${name}/${file}: expected a file that can be read, got ${got}`, { cause: error });
    }
  };
  return {
    name,
    read: (file, { signal } = {}) => {
      const limit = limitOf(file, { ...FILE_LIMITS, ...limitSettings() });
      return unlessMissing(file, (path) => readWhole(path, { signal, limit }));
    },
    open: (file) => unlessMissing(file, openPath),
    list: async (folder) => {
      if (folder === undefined) return readdir(path);
      expectFileName(name, folder);
      return (await readdir(join(path, folder))).map((file) => `${folder}/${file}`);
    },
  };
}

/** Opens a file on disk to read parts of it. */
export async function openPath(path: string): Promise<OpenFile> {
  const facts = await stat(path); // first, since opening a pipe waits for a writer
  if (!facts.isFile()) throw new PretrainedError(`${path}: expected a file, got ${kindOf(facts)}`);
  return rangesOf(await open(path), facts.size);
}

function kindOf(facts: Stats): string {
  return facts.isDirectory() ? "a folder" : "a device";
}

async function checkFolder(path: string): Promise<void> {
  const got = await stat(path).then(
    (found) => (found.isDirectory() ? undefined : "a file"),
    (error: unknown) => (codeOf(error) === "ENOENT" ? "nothing" : fileReason(error)),
  );
  if (got !== undefined) throw new PretrainedError(`${path}: expected a model folder, got ${got}`);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
