import { GgufError } from "../ggufError.ts";
import type { GgufHeader } from "../header/header.ts";
import type { Metadata } from "../header/metadata.ts";
import type { TensorInfo } from "../header/readTensors.ts";
import { shown } from "../shown.ts";
import { type HeaderOptions, type RangeReader, readGgufHeader } from "./readRange.ts";
import { shardNames } from "./shards.ts";

/** A file of which ranges are read. */
export interface GgufSource {
  readonly size?: number;
  readonly read: RangeReader;
}

/** A tensor of a model in one or several files. */
export interface ShardedTensor extends TensorInfo {
  /** The file that holds it. */
  readonly file: string;
}

/** A model in one file or in shards: its metadata, and where its tensors stand. */
export interface OpenGguf {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, ShardedTensor>;
  /**
   * Reads a tensor's bytes, or those from `start` to `end` of it.
   *
   * @throws GgufError naming it if there is none, or its file ends before
   */
  read(name: string, start?: number, end?: number): Promise<Uint8Array>;
}

/**
 * Opens a file, and where its name ends in `-00001-of-00003.gguf` the other shards too. Only headers are read.
 *
 * @param open opens a file by name, for reading ranges of it
 * @throws GgufError if a file is cut off or lies about itself, or files do not belong together
 */
export async function openGguf(
  file: string,
  open: (file: string) => GgufSource | Promise<GgufSource>,
  options: Pick<HeaderOptions, "maxHeaderBytes"> = {},
): Promise<OpenGguf> {
  if (typeof file !== "string" || typeof open !== "function") {
    throw new GgufError(`openGguf: expected a file's name and a function that opens it, got ${shown(file)}`);
  }
  const files = shardNames(file);
  if (files[0] !== file) throw new GgufError(`${file}: expected the first shard, ${files[0]}, got another`);
  const sources = new Map<string, GgufSource>();
  const headers: GgufHeader[] = [];
  for (const [index, name] of files.entries()) {
    const source = await open(name);
    sources.set(name, source);
    const known = source.size === undefined ? {} : { fileBytes: source.size };
    const header = await readGgufHeader(source.read, { ...options, ...known, file: name });
    checkShard(name, header, index, files.length);
    headers.push(header);
  }
  const tensors = tensorsOf(files, headers);
  checkCount(file, headers[0]?.metadata, tensors.size);
  return {
    metadata: headers[0]?.metadata ?? new Map(),
    tensors,
    read: async (name, start = 0, end) => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new GgufError(`${file}: expected a tensor of the file, got ${shown(name)}`);
      return readTensor(name, tensor, sources.get(tensor.file), start, end ?? tensor.byteLength);
    },
  };
}

async function readTensor(
  name: string,
  { file, offset, byteLength }: ShardedTensor,
  source: GgufSource | undefined,
  start: number,
  end: number,
): Promise<Uint8Array> {
  if (!(start >= 0 && start <= end && end <= byteLength)) {
    throw new GgufError(`${file}: ${name}: expected a range of its ${byteLength} bytes, got ${start} to ${end}`);
  }
  const bytes = (await source?.read(offset + start, offset + end)) ?? new Uint8Array(0);
  if (bytes.length === end - start) return bytes;
  throw new GgufError(
    `${file}: ${name}: expected ${end - start} bytes at byte ${offset + start}, got ${bytes.length}: the file ends there`,
  );
}

function checkShard(file: string, { metadata }: GgufHeader, index: number, count: number): void {
  const expected = { "split.no": index, "split.count": count };
  for (const [key, value] of Object.entries(expected)) {
    const got = metadata.get(key)?.value;
    const isSingle = count === 1 && (got === undefined || got === 0);
    if (got !== value && !isSingle) throw new GgufError(`${file}: ${key}: expected ${value}, got ${shown(got)}`);
  }
}

function checkCount(file: string, metadata: Metadata | undefined, count: number): void {
  const said = metadata?.get("split.tensors.count")?.value;
  if (said === undefined || said === count) return;
  throw new GgufError(`${file}: split.tensors.count: expected ${count}, the tensors of all files, got ${shown(said)}`);
}

function tensorsOf(files: readonly string[], headers: readonly GgufHeader[]): Map<string, ShardedTensor> {
  const all = new Map<string, ShardedTensor>();
  for (const [index, { tensors }] of headers.entries()) {
    const file = files[index] as string;
    for (const [name, info] of tensors) {
      const other = all.get(name);
      if (other !== undefined)
        throw new GgufError(`${file}: ${name}: expected a tensor once, got it in ${other.file} too`);
      all.set(name, { ...info, file });
    }
  }
  return all;
}
