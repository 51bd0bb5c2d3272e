import { zipSync } from "fflate";

/** Makes a ZIP archive of a folder's files by name, in a folder of its own. */
export function zipFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  return zipSync(Object.fromEntries(Array.from(files, ([name, bytes]) => [`${folder}/${name}`, bytes])));
}
