import type { TensorPart } from "@qkv/ops";
import {
  checkFileBytes,
  headerBytes,
  parseHeader,
  parseShardIndex,
  type SafetensorsHeader,
  type ShardIndex,
  type TensorEntry,
  toFloat32,
} from "@qkv/safetensors";
import {
  type ModelFiles,
  type OpenFile,
  openOptionalFile,
  pathOf,
  readOptionalJson,
  type ReadOptions,
} from "../files/modelFiles.ts";
import { countDtypes, type StoredArray, type Weights } from "../files/storedArray.ts";
import { packedHalves } from "./packedHalves.ts";
import { otherWeights } from "./otherWeights.ts";
import { errorIn, PretrainedError } from "../files/pretrainedError.ts";

const WEIGHTS = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/**
 * Opens `model.safetensors`, or every file that `model.safetensors.index.json` names, and lists their arrays,
 * but reads none of them: the caller can hold one array at a time, or one part, in memory.
 *
 * The index only gives the files, as in transformers: it may name arrays that are missing, and leave out
 * some that exist.
 */
export async function openWeights(files: ModelFiles, options: ReadOptions = {}): Promise<Weights> {
  const opened: OpenFile[] = [];
  const close = async () => void (await Promise.all(opened.map((file) => file.close())));
  try {
    const single = await openOptionalFile(files, WEIGHTS, options);
    if (single !== undefined) opened.push(single);
    const arrays =
      single === undefined
        ? await openShards(files, opened, options)
        : arraysOf(pathOf(files, WEIGHTS), single, await readHeader(pathOf(files, WEIGHTS), single));
    return { arrays, dtypes: countDtypes(arrays), path: pathOf(files, single === undefined ? INDEX : WEIGHTS), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openShards(
  files: ModelFiles,
  opened: OpenFile[],
  options: ReadOptions,
): Promise<ReadonlyMap<string, StoredArray>> {
  const json = await readOptionalJson(files, INDEX, options);
  if (json === undefined) {
    throw new PretrainedError(`${files.name}: expected ${WEIGHTS} or ${INDEX}, got ${await otherWeights(files)}`);
  }
  const index = shardsOf(pathOf(files, INDEX), json);
  const all = new Map<string, StoredArray>();
  for (const [file, listed] of index) {
    const path = pathOf(files, file);
    const shard = await openOptionalFile(files, file, options);
    if (shard === undefined) throw new PretrainedError(`${path}: expected a file, got nothing`);
    opened.push(shard);
    const arrays = arraysOf(path, shard, await readHeader(path, shard));
    for (const [name, array] of arrays) {
      if (all.has(name) && !listed.includes(name)) continue; // by the index, another file's counts
      all.set(name, array);
    }
  }
  return all;
}

function shardsOf(path: string, json: unknown): ShardIndex {
  try {
    return parseShardIndex(json);
  } catch (error) {
    throw errorIn(path, error);
  }
}

async function readHeader(path: string, file: OpenFile): Promise<SafetensorsHeader> {
  try {
    const length = headerBytes(await file.read(0, Math.min(8, file.size)));
    const header = parseHeader(await file.read(0, Math.min(8 + length, file.size)));
    checkFileBytes(header, file.size);
    return header;
  } catch (error) {
    throw error instanceof PretrainedError ? error : errorIn(path, error);
  }
}

function arraysOf(path: string, file: OpenFile, { entries, dataStart }: SafetensorsHeader): Map<string, StoredArray> {
  const scratch = scratchOf(PART);
  return new Map(
    [...entries].map(([name, entry]) => [name, arrayOf(`${path}: ${name}`, file, dataStart, entry, scratch)]),
  );
}

function arrayOf(
  where: string,
  file: OpenFile,
  at: number,
  { dtype, shape, start, end }: TensorEntry,
  scratch: Scratch,
): StoredArray {
  const readBytes: StoredArray["readBytes"] = (from, to, into) => file.read(at + start + from, at + start + to, into);
  const byteLength = end - start;
  const array = { dtype, shape, byteLength, readBytes };
  return {
    ...array,
    read: async () => toFloat32({ dtype, shape, bytes: await readBytes(0, byteLength) }),
    parts: () => partsOf(array, scratch),
    packed: packedHalves(where, dtype, shape, readBytes),
  };
}

/** Provides memory for a part of a file that is read. */
type Scratch = (bytes: number) => Uint8Array;

/** Reuses the same memory, so that no part waits for garbage collection while the next is read. */
function scratchOf(most: number): Scratch {
  let memory: Uint8Array | undefined;
  return (bytes) => (memory ??= new Uint8Array(most)).subarray(0, bytes);
}

const PART = 2 ** 22; // a multiple of every element's bytes

async function* partsOf(
  {
    dtype,
    shape,
    byteLength,
    readBytes,
  }: Pick<TensorEntry, "dtype" | "shape"> & Pick<StoredArray, "byteLength" | "readBytes">,
  scratch: Scratch,
): AsyncGenerator<TensorPart> {
  const width = byteLength / shape.reduce((product, size) => product * size, 1);
  for (let start = 0; start < byteLength; start += PART) {
    const end = Math.min(start + PART, byteLength);
    const bytes = await readBytes(start, end, scratch(end - start));
    yield { length: bytes.length / width, fill: (into) => void toFloat32({ dtype, shape, bytes }, into) };
  }
}
