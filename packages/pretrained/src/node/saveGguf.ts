import { rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { describeArgument } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";
import { pretrainedGguf, type SaveGgufOptions } from "../saving/gguf/pretrainedGguf.ts";
import { makeFolder } from "./makeFolder.ts";
import { syncFolder, writeSynced } from "./writeSynced.ts";

/**
 * Writes a model as a GGUF file, which `loadPretrained` and llama.cpp open: {@link pretrainedGguf} says what it holds.
 *
 * A kill at any moment leaves no torn file: all is written and synced under a temporary name beside it, then renamed.
 *
 * @param file a path that ends with `.gguf`
 */
export async function saveGguf(file: string, options: SaveGgufOptions): Promise<void> {
  if (typeof file !== "string" || !file.endsWith(".gguf")) {
    const got = typeof file === "string" ? JSON.stringify(file) : describeArgument(file);
    throw new PretrainedError(`saveGguf: expected the path of a .gguf file, got ${got}`);
  }
  const target = resolve(file);
  if ((await stat(target).catch(() => undefined))?.isDirectory())
    throw new PretrainedError(`saveGguf: expected ${file} to be a file or nothing yet, got a folder`);
  const parts = pretrainedGguf(options);
  const header = await parts.next(); // checks everything before anything is written
  if (header.done) return;
  await makeFolder(dirname(target));
  const temporary = join(dirname(target), `.${basename(target)}-${process.pid}`);
  try {
    await writeSynced(temporary, withFirst(header.value, parts));
    await rename(temporary, target);
    await syncFolder(dirname(target));
  } finally {
    await rm(temporary, { force: true });
  }
}

async function* withFirst(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
