import { GGML_TYPES, type GgmlType, ggmlTypeOf } from "../ggmlType.ts";
import { GgufError } from "../ggufError.ts";
import { shown } from "../shown.ts";
import type { Cursor } from "./cursor.ts";

/** Where a tensor stands in its file. */
export interface TensorInfo {
  /** Sizes in row-major order, as PyTorch has them: the last is that of a row, whose values lie side by side. */
  readonly shape: readonly number[];
  readonly type: GgmlType;
  /** The first of its bytes, counted from the file's start. */
  readonly offset: number;
  readonly byteLength: number;
}

const MAX_DIMENSIONS = 4;

/** Reads `count` tensors' names, shapes and places, offsets still counted from the start of the data. */
export function readTensors(cursor: Cursor, count: number): Map<string, TensorInfo> {
  const tensors = new Map<string, TensorInfo>();
  for (let i = 0; i < count; i++) {
    const name = cursor.string(`the name of tensor ${i + 1} of ${count}`);
    if (tensors.has(name)) throw cursor.error(`expected every tensor once, got ${shown(name)} twice`);
    tensors.set(name, readTensor(cursor, name));
  }
  return tensors;
}

function readTensor(cursor: Cursor, name: string): TensorInfo {
  const shape = readShape(cursor, name);
  const type = ggmlTypeOf(cursor.uint32(name), cursor.where(name));
  const offset = cursor.integer64(false, name);
  if (typeof offset === "bigint") throw cursor.error(`${name}: expected an offset inside the file, got ${offset}`);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const row = shape.at(-1) ?? 1;
  if (row % blockSize !== 0) {
    throw cursor.error(
      `${name}: expected rows of whole blocks of ${blockSize} values for ${type}, got ${shown(shape)}`,
    );
  }
  const values = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(values * blockBytes)) {
    throw cursor.error(`${name}: expected a tensor that a file can hold, got ${shown(shape)}`);
  }
  return { shape, type, offset, byteLength: (values / blockSize) * blockBytes };
}

function readShape(cursor: Cursor, name: string): number[] {
  const dimensions = cursor.uint32(name);
  if (dimensions > MAX_DIMENSIONS) {
    throw cursor.error(`${name}: expected at most ${MAX_DIMENSIONS} dimensions, got ${dimensions}`);
  }
  const sizes = Array.from({ length: dimensions }, () => cursor.integer64(false, name));
  const large = sizes.find((size) => typeof size === "bigint");
  if (large !== undefined) throw cursor.error(`${name}: expected sizes that a file can hold, got ${large}`);
  return (sizes as number[]).reverse();
}

/** Moves offsets to the file's start, and checks that each tensor's data begins where the one before it ends. */
export function placeTensors(
  file: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  dataStart: number,
  alignment: number,
): Map<string, TensorInfo> {
  let [end, before] = [0, "the header"];
  for (const [name, { offset, byteLength }] of [...tensors].sort(([, a], [, b]) => byPlace(a, b))) {
    const expected = aligned(end, alignment);
    if (offset !== expected) {
      const kind =
        offset % alignment !== 0 ? "an offset that is not aligned" : offset < expected ? "an overlap" : "a gap";
      throw new GgufError(
        `${file}: ${name}: expected data at byte ${expected}, behind ${before}, got ${kind}: byte ${offset}`,
      );
    }
    end = offset + byteLength;
    before = name;
  }
  return new Map([...tensors].map(([name, info]) => [name, { ...info, offset: dataStart + info.offset }]));
}

function byPlace(a: TensorInfo, b: TensorInfo): number {
  return a.offset - b.offset || a.byteLength - b.byteLength;
}

/** The next multiple of `alignment`. */
export function aligned(position: number, alignment: number): number {
  return Math.ceil(position / alignment) * alignment;
}
