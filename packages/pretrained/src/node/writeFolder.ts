import { chmod, mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describeArgument } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";
import { makeFolder } from "./makeFolder.ts";
import { syncFolder, writeSynced } from "./writeSynced.ts";

/**
 * Writes files into a folder, those of their names in it replaced.
 *
 * A kill at any moment leaves no torn file: all is written and synced under a temporary name beside the folder, then
 * renamed into place; a new folder appears whole or not at all.
 *
 * @param who for messages
 * @param filesOf makes the files by name, after the path was checked
 */
export async function writeFolder(
  who: string,
  folder: string,
  filesOf: () => Promise<ReadonlyMap<string, Uint8Array>>,
): Promise<void> {
  if (typeof folder !== "string" || folder === "") {
    const got = folder === "" ? "an empty one" : describeArgument(folder);
    throw new PretrainedError(`${who}: expected the path of a folder, got ${got}`);
  }
  const files = await filesOf();
  const target = resolve(folder);
  if ((await stat(target).catch(() => undefined))?.isDirectory() === false)
    throw new PretrainedError(`${who}: expected ${folder} to be a folder or nothing yet, got a file`);
  await makeFolder(dirname(target));
  const temporary = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    for (const [name, bytes] of files) {
      await mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeSynced(join(temporary, name), [bytes]);
    }
    await moveInto(target, temporary, [...files.keys()]);
    await syncFolder(dirname(target));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function moveInto(target: string, temporary: string, names: readonly string[]): Promise<void> {
  const exists = await stat(target).then(
    () => true,
    () => false,
  );
  if (exists) {
    for (const name of names) {
      await mkdir(dirname(join(target, name)), { recursive: true });
      await rename(join(temporary, name), join(target, name));
    }
  } else {
    await chmod(temporary, 0o777 & ~process.umask()); // mkdtemp's folder is for its owner alone
    await rename(temporary, target);
  }
  await syncFolder(target);
}
