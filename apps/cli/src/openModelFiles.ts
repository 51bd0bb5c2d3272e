import type { DownloadProgress, ModelFiles } from "@qkv/pretrained";
import { findLocalModel, shippedModels } from "./modelFolders.ts";
import { note } from "./note.ts";
import { type ProgressBar, progressBar } from "./progressBar.ts";
import { UsageError } from "./usageError.ts";

/** What `--model` takes, for the help of commands. */
export const MODEL_REF =
  "a shipped model's name, a model folder, a .gguf file, an id on the hub (owner/name) or an https address";

/**
 * The files of a model: a shipped one by its name, a folder, or fetched and kept from the hub or an https address.
 *
 * @param option what names it, for the error
 * @throws UsageError if it is none of these
 */
export async function openModelFiles(ref: string, option = "--model"): Promise<ModelFiles> {
  const { parseModelRef } = await import("@qkv/pretrained");
  const { modelFiles, modelFolder } = await import("@qkv/pretrained/node");
  const local = findLocalModel(ref);
  if (local !== undefined) return modelFolder(local);
  if (parseModelRef(ref) === undefined) {
    throw new UsageError(`${option}: expected ${MODEL_REF}; shipped are ${shippedModels().join(", ")}; got ${ref}`);
  }
  const onCacheError = (reason: string) => note(`not kept for the next time: ${reason}`);
  return withProgress((onProgress) => modelFiles(ref, { onProgress, onCacheError }));
}

const MEGABYTE = 1e6;

/** Files with a bar on the terminal for each that takes a while. */
function withProgress(open: (onProgress: (progress: DownloadProgress) => void) => ModelFiles): ModelFiles {
  let bar: ProgressBar | undefined;
  const files = open(({ file, loaded, total = 0 }) => {
    if (total < MEGABYTE) return;
    bar ??= progressBar(`fetching ${file}`, megabytes(total), "MB");
    bar.update(megabytes(loaded));
  });
  const withBar = async <T>(fetched: Promise<T>): Promise<T> => {
    try {
      return await fetched;
    } finally {
      bar?.stop();
      bar = undefined;
    }
  };
  const { open: openFile } = files;
  return {
    ...files,
    read: (file, options) => withBar(files.read(file, options)),
    ...(openFile && { open: (file, options) => withBar(openFile(file, options)) }),
  };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / (MEGABYTE / 10)) / 10;
}
