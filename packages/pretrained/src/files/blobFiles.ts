import { describeArgument } from "@qkv/ops";
import type { ModelFiles, OpenFile } from "./modelFiles.ts";
import { PretrainedError } from "./pretrainedError.ts";

/**
 * Makes a source of files that were dropped or picked in a page. Weights are read range by range: no file of them is ever
 * in memory as a whole.
 *
 * @param name the name of the source in error messages
 * @param files files of one folder by their own names, or blobs by names given here
 */
export function blobFiles(name: string, files: readonly File[] | ReadonlyMap<string, Blob>): ModelFiles {
  const blobs = blobsByName(files);
  return {
    name,
    read: async (file) => {
      const blob = blobs.get(file);
      return blob && new Uint8Array(await blob.arrayBuffer());
    },
    list: () => Promise.resolve([...blobs.keys()]),
    open: (file) => {
      const blob = blobs.get(file);
      return Promise.resolve(blob && openBlob(blob));
    },
  };
}

/** Bytes that are read at once: a browser takes longer to be asked than to read them. */
const AHEAD = 2 ** 22;

function openBlob(blob: Blob): OpenFile {
  const bytesOf = async (start: number, end: number) => new Uint8Array(await blob.slice(start, end).arrayBuffer());
  let last = { start: 0, bytes: new Uint8Array(0) };
  return {
    size: blob.size,
    read: async (start, end) => {
      if (end - start >= AHEAD) return bytesOf(start, end);
      const isThere = start >= last.start && end <= last.start + last.bytes.length;
      const ahead = isThere ? last : { start, bytes: await bytesOf(start, start + AHEAD) };
      last = ahead;
      return ahead.bytes.subarray(start - ahead.start, end - ahead.start);
    },
    close: () => Promise.resolve(),
  };
}

function blobsByName(files: readonly File[] | ReadonlyMap<string, Blob>): ReadonlyMap<string, Blob> {
  const entries: Iterable<readonly [string, Blob]> | undefined = Array.isArray(files)
    ? (files as readonly File[]).map((file) => [file?.name, file] as const)
    : files instanceof Map
      ? files
      : undefined;
  const blobs = entries && new Map(entries);
  if (blobs !== undefined && [...blobs.values()].every((blob) => blob instanceof Blob)) return blobs;
  const got = blobs === undefined ? describeArgument(files) : "something else among them";
  throw new PretrainedError(`blobFiles: expected a list of files, or a Map of names and blobs, got ${got}`);
}
