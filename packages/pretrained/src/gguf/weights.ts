import { dequantize, GGML_TYPES, type GgmlType, isQuantized, type ShardedTensor } from "@qkv/gguf";
import type { TensorPart } from "@qkv/ops";
import { type ModelFiles, type OpenFile, pathOf, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { countDtypes, type StoredArray, type Weights } from "../files/storedArray.ts";
import { packedHalves } from "../weights/packedHalves.ts";
import type { GgufConfig } from "./config.ts";
import { packedBlocks } from "./packedBlocks.ts";
import { closeAll, openShard } from "./shardFiles.ts";
import { isRopeFactors } from "./rope.ts";
import { headRows, missingTensor, placesOf, shiftOf, type TensorPlace, unwoven, wovenHeads } from "./tensorNames.ts";

/** Lists the arrays of a GGUF file under Hugging Face's names; each is read, and its blocks unpacked, when it is asked for. */
export async function ggufWeights(
  files: ModelFiles,
  file: string,
  tensors: ReadonlyMap<string, ShardedTensor>,
  { architecture, sizes }: GgufConfig,
  options: ReadOptions,
): Promise<Weights> {
  const path = pathOf(files, file);
  const missing = missingTensor(architecture, tensors, sizes.layers);
  if (missing !== undefined) throw new PretrainedError(`${path}: ${missing}: expected a tensor, got none of this name`);
  const opened = new Map<string, OpenFile>();
  try {
    const arrays = new Map<string, StoredArray>();
    for (const [name, tensor] of tensors) {
      if (isRopeFactors(name)) continue;
      const places = placesOf(architecture, sizes, tensors, name);
      if (places === undefined)
        throw new PretrainedError(`${path}: ${name}: expected a tensor of the architecture, got another`);
      const shard = opened.get(tensor.file) ?? (await openShard(files, tensor.file, opened, options));
      const where = `${pathOf(files, tensor.file)}: ${name}`;
      const heads = wovenHeads(architecture, sizes, name);
      const shift = shiftOf(architecture, name);
      if (places[0]?.rows !== undefined) checkRows(where, tensor, headRows(sizes).at(-1)?.[1] ?? 0);
      for (const place of places) {
        arrays.set(place.name, arrayOf(where, shard, rowsOf(tensor, place), { heads, shift }));
      }
    }
    return { arrays, dtypes: countDtypes(arrays), path, close: () => closeAll(opened) };
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

const FLOATS: readonly GgmlType[] = ["F32", "F16", "BF16", "F64"];

function checkRows(where: string, { shape }: ShardedTensor, expected: number): void {
  if (shape[0] === expected) return;
  throw new PretrainedError(
    `${where}: expected ${expected} rows, those of queries, keys and values one after another, got ${shape[0] ?? 0}`,
  );
}

/** The tensor of some rows of another, or of one of its matrices: each is a whole run of blocks. */
function rowsOf(tensor: ShardedTensor, { rows, entry, isOneRow }: TensorPlace): ShardedTensor {
  const { shape, byteLength, offset } = tensor;
  if (isOneRow === true && shape.length === 1) return { ...tensor, shape: [1, ...shape] };
  if (entry !== undefined) {
    const bytes = byteLength / (shape[0] as number);
    return { ...tensor, shape: shape.slice(1), offset: offset + entry * bytes, byteLength: bytes };
  }
  if (rows === undefined) return tensor;
  const [count = 1, ...others] = shape;
  const rowBytes = byteLength / count;
  const [start, end] = rows;
  return {
    ...tensor,
    shape: [end - start, ...others],
    offset: offset + start * rowBytes,
    byteLength: (end - start) * rowBytes,
  };
}

/** How a tensor differs from Hugging Face's array. */
interface Difference {
  /** The heads whose rows are woven. */
  readonly heads: number | undefined;
  /** What is added to its numbers. */
  readonly shift: number;
}

function arrayOf(where: string, file: OpenFile, tensor: ShardedTensor, { heads, shift }: Difference): StoredArray {
  const { type, shape, offset, byteLength } = tensor;
  if (!isQuantized(type) && !FLOATS.includes(type)) {
    throw new PretrainedError(`${where}: expected floats, or blocks of them, got ${type}`);
  }
  const rows = shape[0] ?? 1;
  if (heads !== undefined && rows % (2 * heads) !== 0) {
    throw new PretrainedError(`${where}: expected rows for ${heads} heads of two halves, got ${rows}`);
  }
  const readBytes: StoredArray["readBytes"] = (start, end, into) => file.read(offset + start, offset + end, into);
  const blocks = async () => {
    const bytes = await readBytes(0, byteLength);
    return { type, shape, bytes: heads === undefined ? bytes : unwoven(bytes, rows, heads) };
  };
  const stored = async () => (await blocks()).bytes;
  const part = heads === undefined ? readBytes : rangesOf(stored, byteLength);
  const packed = packedBlocks(where, type, shape, part) ?? packedHalves(where, type, shape, part);
  const valuesOf = (bytes: Uint8Array, into?: Float32Array) =>
    shifted(finite(where, type, dequantize(type, bytes, into)), -shift);
  return {
    ...{ dtype: type, shape, byteLength, readBytes, blocks, isAsHeld: true },
    read: async () => valuesOf((await blocks()).bytes),
    ...(packed !== undefined && shift === 0 && { packed }),
    ...(heads === undefined && { parts: () => partsOf(tensor, readBytes, valuesOf) }),
  };
}

function shifted(values: Float32Array, shift: number): Float32Array {
  if (shift !== 0) for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + shift;
  return values;
}

/** Reads ranges of bytes that only come whole: once, and until the last of them is read. */
function rangesOf(
  read: () => Promise<Uint8Array>,
  length: number,
): (start: number, end: number) => Promise<Uint8Array> {
  let whole: Promise<Uint8Array> | undefined;
  return async (start, end) => {
    const bytes = await (whole ??= read());
    if (end === length) whole = undefined;
    return bytes.subarray(start, end);
  };
}

const PART_VALUES = 2 ** 20; // a multiple of every block's values

async function* partsOf(
  { type, byteLength }: ShardedTensor,
  readBytes: StoredArray["readBytes"],
  valuesOf: (bytes: Uint8Array, into: Float32Array) => Float32Array,
): AsyncGenerator<TensorPart> {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const partBytes = (PART_VALUES / blockSize) * blockBytes;
  for (let start = 0; start < byteLength; start += partBytes) {
    const bytes = await readBytes(start, Math.min(start + partBytes, byteLength));
    yield { length: (bytes.length / blockBytes) * blockSize, fill: (into) => void valuesOf(bytes, into) };
  }
}

/** Expects the values of blocks to be finite: a scale that is not makes every value of its group NaN or infinite. */
function finite(where: string, type: GgmlType, values: Float32Array): Float32Array {
  if (!isQuantized(type)) return values;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * 0; // NaN once a value is not finite
  if (sum === 0) return values;
  const got = values.find((value) => !Number.isFinite(value));
  throw new PretrainedError(`${where}: expected blocks with finite scales, got one of ${got}`);
}
