import type { PackedEntry } from "@qkv/nn";
import type { TensorPart } from "@qkv/ops";
import { fromBFloat16, fromFloat16, toBFloat16, toFloat16 } from "@qkv/safetensors";
import type { StoredArray } from "../files/storedArray.ts";
import { packedHalves } from "../weights/packedHalves.ts";

/** A matrix whose numbers are computed from other arrays, some rows at a time. */
export interface ComputedRows {
  /** [O, I] */
  readonly shape: readonly [rows: number, columns: number];
  /** The type that the numbers are rounded to. */
  readonly dtype: "F32" | "F16" | "BF16";
  /** Computes rows `from` to `to`, in order where all are asked for. */
  values(from: number, to: number): Promise<Float32Array>;
}

/** Values that are computed at a time: memory holds no more of them. */
const RUN_VALUES = 2 ** 18;

/** Runs of rows, a multiple of 4 in each but the last. */
export function* rowRuns([rows, columns]: readonly [rows: number, columns: number]): Generator<
  [from: number, to: number]
> {
  const step = 4 * Math.max(1, Math.floor(RUN_VALUES / (4 * columns)));
  for (let from = 0; from < rows; from += step) yield [from, Math.min(from + step, rows)];
}

/**
 * An array as if the file held the computed numbers.
 *
 * @param where the array, for messages
 * @param packed its packed form; left out: that of its halves, if they are halves
 */
export function computedArray(where: string, computed: ComputedRows, packed?: PackedEntry): StoredArray {
  const { shape, dtype } = computed;
  const { width, round } = ROUNDING[dtype];
  const [rows, columns] = shape;
  const byteLength = rows * columns * width;
  const valuesOf = async (from: number, to: number) => round(await computed.values(from, to)).values;
  const readBytes: StoredArray["readBytes"] = async (start, end) => {
    const rowBytes = columns * width;
    const [from, to] = [Math.floor(start / rowBytes), Math.ceil(end / rowBytes)];
    const bytes = new Uint8Array((to - from) * rowBytes);
    for (const [first, last] of rowRuns([to - from, columns])) {
      bytes.set(round(await computed.values(from + first, from + last)).bytes, first * rowBytes);
    }
    return bytes.subarray(start - from * rowBytes, end - from * rowBytes);
  };
  return {
    ...{ dtype, shape, byteLength, readBytes },
    async read() {
      const all = new Float32Array(rows * columns);
      for (const [from, to] of rowRuns(shape)) all.set(await valuesOf(from, to), from * columns);
      return all;
    },
    async *parts(): AsyncGenerator<TensorPart> {
      for (const [from, to] of rowRuns(shape)) {
        const values = await valuesOf(from, to);
        yield { length: values.length, fill: (into) => into.set(values) };
      }
    },
    packed: packed ?? packedHalves(where, dtype, shape, readBytes),
  };
}

interface Rounded {
  readonly values: Float32Array;
  readonly bytes: Uint8Array;
}

const ROUNDING: Readonly<Record<ComputedRows["dtype"], { width: number; round(values: Float32Array): Rounded }>> = {
  F32: { width: 4, round: (values) => ({ values, bytes: bytesOf(values) }) },
  F16: { width: 2, round: (values) => halves(toFloat16(values), fromFloat16) },
  BF16: { width: 2, round: (values) => halves(toBFloat16(values), fromBFloat16) },
};

function halves(rounded: Uint16Array, widen: (halves: Uint16Array) => Float32Array): Rounded {
  return {
    get values() {
      return widen(rounded);
    },
    bytes: bytesOf(rounded),
  };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
