import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expectFileName } from "./fileName.ts";
import type { ModelFiles } from "./modelFiles.ts";
import { PretrainedError } from "./pretrainedError.ts";
import { readWhole } from "./readWhole.ts";

/** The files of a folder on disk. Reading from one that is not there is a {@link PretrainedError}. */
export function modelFolder(path: string): ModelFiles {
  const name = path.replace(/[/\\]+$/, "") || path;
  return {
    name,
    async read(file, { signal } = {}) {
      expectFileName(name, file);
      try {
        return await readWhole(join(path, file), { signal });
      } catch (error) {
        if (codeOf(error) !== "ENOENT") throw error;
        await checkFolder(name);
        return undefined;
      }
    },
  };
}

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
