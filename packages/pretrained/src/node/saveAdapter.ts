import { adapterFiles, type SaveAdapterOptions } from "../adapters/adapterFiles.ts";
import { writeFolder } from "./writeFolder.ts";

/** Writes the folder of an adapter, which `loadAdapter` and Python's PEFT open; a kill leaves no torn file. */
export async function saveAdapter(folder: string, options: SaveAdapterOptions): Promise<void> {
  await writeFolder("saveAdapter", folder, () => adapterFiles(options));
}
