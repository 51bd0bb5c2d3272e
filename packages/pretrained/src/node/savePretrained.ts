import { pretrainedFiles, type SavePretrainedOptions } from "../saving/pretrainedFiles.ts";
import { writeFolder } from "./writeFolder.ts";

/**
 * Writes a model folder that `loadPretrained` and Python's transformers open.
 *
 * A kill at any moment leaves no torn file: all is written and synced under a temporary name beside the folder, then
 * renamed into place; a new folder appears whole or not at all.
 */
export async function savePretrained(folder: string, options: SavePretrainedOptions): Promise<void> {
  await writeFolder("savePretrained", folder, () => pretrainedFiles(options));
}
