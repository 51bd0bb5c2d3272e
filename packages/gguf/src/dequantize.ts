import { GGML_TYPES, type GgmlType, valuesIn } from "./ggmlType.ts";
import { GgufError } from "./ggufError.ts";
import { halfAt } from "./half.ts";
import { isQuantized, quantizedGroups, type QuantizedGroups } from "./quantizedGroups.ts";

/** Blocks that are unpacked at a time: their codes stay in the processor's cache. */
const RUN_VALUES = 16_384;

/**
 * The values of a tensor's bytes in float32: exact for F32, F16, BF16 and small integers, the nearest number for F64 and large
 * ones, and for blocks what ggml and Python's `gguf` reckon, to the bit.
 *
 * @param into an array of as many values to write them to
 * @throws GgufError if the bytes are no whole blocks, or `into` has another length
 */
export function dequantize(type: GgmlType, bytes: Uint8Array, into?: Float32Array): Float32Array {
  const count = valuesIn("dequantize", type, bytes);
  const values = into ?? new Float32Array(count);
  if (values.length !== count) {
    throw new GgufError(`dequantize: expected an array for ${count} values, got one of ${values.length}`);
  }
  if (isQuantized(type)) dequantizeBlocks(type, bytes, values);
  else READ[type](bytes, values);
  return values;
}

function dequantizeBlocks(type: GgmlType, bytes: Uint8Array, values: Float32Array): void {
  const { blockSize, blockBytes } = GGML_TYPES[type];
  const runBytes = (RUN_VALUES / blockSize) * blockBytes;
  let groups: QuantizedGroups | undefined;
  for (let from = 0, to = 0; from < bytes.length; from += runBytes, to += RUN_VALUES) {
    const run = quantizedGroups(type, bytes.subarray(from, from + runBytes), groups);
    groups ??= run;
    valuesOf(run, values.subarray(to, to + run.codes.length));
  }
}

function valuesOf({ codes, scales, offsets, zero, groupSize }: QuantizedGroups, values: Float32Array): void {
  for (let group = 0; group < scales.length; group++) {
    const scale = scales[group] as number;
    const end = (group + 1) * groupSize;
    if (offsets === undefined) {
      for (let i = end - groupSize; i < end; i++) values[i] = scale * ((codes[i] as number) - zero);
    } else {
      const offset = offsets[group] as number;
      for (let i = end - groupSize; i < end; i++) values[i] = Math.fround(scale * (codes[i] as number)) + offset;
    }
  }
}

type PlainType = "F32" | "F16" | "BF16" | "F64" | "I8" | "I16" | "I32" | "I64";

const READ: Readonly<Record<PlainType, (bytes: Uint8Array, values: Float32Array) => void>> = {
  F32: (bytes, values) => new Uint8Array(values.buffer, values.byteOffset, bytes.length).set(bytes),
  F16: (bytes, values) => {
    for (let i = 0; i < values.length; i++) values[i] = halfAt(bytes, 2 * i);
  },
  BF16: (bytes, values) => {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    for (let i = 0; i < words.length; i++) {
      words[i] = ((bytes[2 * i] as number) << 16) | ((bytes[2 * i + 1] as number) << 24);
    }
  },
  F64: numbers(8, (view, at) => view.getFloat64(at, true)),
  I8: numbers(1, (view, at) => view.getInt8(at)),
  I16: numbers(2, (view, at) => view.getInt16(at, true)),
  I32: numbers(4, (view, at) => view.getInt32(at, true)),
  I64: numbers(8, (view, at) => view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)),
};

function numbers(width: number, read: (view: DataView, at: number) => number) {
  return (bytes: Uint8Array, values: Float32Array): void => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < values.length; i++) values[i] = read(view, i * width);
  };
}
