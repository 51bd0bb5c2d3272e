import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { UsageError } from "../usageError.ts";

/** An image file's path inside its collection, with / between folders, and its bytes. */
export interface ImageFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Whether a name is that of an archive of image files. */
export function isArchive(name: string): boolean {
  return /\.(tar|tgz|tar\.gz)$/.test(name);
}

/** The image files in an archive or below a folder, those whose path is wanted, sorted by it. */
export async function readImageFiles(source: string, wanted: (name: string) => boolean): Promise<ImageFile[]> {
  const isWanted = (name: string) => /\.(jpe?g|png|webp)$/i.test(name) && wanted(name);
  const files = isArchive(source) ? await fromArchive(source, isWanted) : await fromFolder(source, isWanted);
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function fromArchive(file: string, wanted: (name: string) => boolean): Promise<ImageFile[]> {
  const files: ImageFile[] = [];
  const entries = extract();
  const collect = async () => {
    for await (const entry of entries) {
      const { name, type } = entry.header;
      if (type !== "file" || !wanted(name)) entry.resume();
      else files.push({ name, bytes: await bytesOf(entry as AsyncIterable<Uint8Array>) });
    }
  };
  const unpack = file.endsWith(".tar") ? [] : [createGunzip()];
  try {
    await Promise.all([pipeline([createReadStream(file), ...unpack, entries]), collect()]);
  } catch (error) {
    throw new UsageError(`${file}: expected a tar archive of images, got ${(error as Error).message}`);
  }
  return files;
}

async function bytesOf(entry: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function fromFolder(folder: string, wanted: (name: string) => boolean): Promise<ImageFile[]> {
  const names = (await readdir(folder, { recursive: true })).map((name) => name.split(path.sep).join("/"));
  const files: ImageFile[] = [];
  for (const name of names.filter(wanted)) files.push({ name, bytes: await readFile(path.join(folder, name)) });
  return files;
}
