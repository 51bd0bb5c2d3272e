import { GgufError } from "@qkv/gguf";
import { type ModelFiles, type OpenFile, openOptionalFile, pathOf, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/** Opens a file, to be closed with the others. */
export async function openShard(
  files: ModelFiles,
  name: string,
  opened: Map<string, OpenFile>,
  options: ReadOptions,
): Promise<OpenFile> {
  const shard = await openOptionalFile(files, name, options);
  if (shard === undefined) throw new PretrainedError(`${pathOf(files, name)}: expected a file, got nothing`);
  opened.set(name, shard);
  return shard;
}

/** Closes all of them. */
export async function closeAll(opened: ReadonlyMap<string, OpenFile>): Promise<void> {
  await Promise.all([...opened.values()].map((file) => file.close()));
}

/** Runs `work`; an error of a file, which begins with the file's name, gets the folder's before it. */
export async function withPath<T>(files: ModelFiles, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof GgufError)) throw error;
    throw new PretrainedError(pathOf(files, error.message), { cause: error });
  }
}
