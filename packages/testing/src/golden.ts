import { readFileSync } from "node:fs";
import { parseSafetensors, type SafeTensor, toFloat32, toInt32 } from "@qkv/safetensors";
import * as tf from "@tensorflow/tfjs-core";

/** One array of a golden file. */
export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The expected numbers of a parity test, by name. */
export interface Golden {
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  array(name: string): GoldenArray;
  /** A new tensor, owned by the caller: int32 from integers, bool from booleans, float32 from the rest. */
  tensor<R extends tf.Rank>(name: string): tf.Tensor<R>;
  /** The integers called `name`, row by row. */
  ids(name: string): number[][];
  /** Every array whose name begins with `prefix`, by the rest of its name. */
  under(prefix: string): ReadonlyMap<string, GoldenArray>;
}

/** Reads a golden file: `golden(new URL("golden/marian.safetensors", import.meta.url))`. */
export function golden(path: string | URL): Golden {
  const { tensors, metadata } = parseSafetensors(new Uint8Array(readFileSync(path)));
  const find = (name: string): SafeTensor => {
    const tensor = tensors.get(name);
    if (tensor === undefined)
      throw new Error(`${path}: expected an array called ${name}, got ${[...tensors.keys()].join(", ")}`);
    return tensor;
  };
  return {
    names: [...tensors.keys()],
    metadata,
    array: (name) => arrayOf(find(name)),
    tensor: <R extends tf.Rank>(name: string) => tensorOf(find(name)) as tf.Tensor<R>,
    ids: (name) => rowsOf(find(name)),
    under: (prefix) =>
      new Map(
        [...tensors]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, tensor]) => [name.slice(prefix.length), arrayOf(tensor)]),
      ),
  };
}

function arrayOf(tensor: SafeTensor): GoldenArray {
  return { shape: tensor.shape, data: toFloat32(tensor) };
}

function tensorOf(tensor: SafeTensor): tf.Tensor {
  const shape = [...tensor.shape];
  if (tensor.dtype === "BOOL") return tf.tensor(tensor.bytes.slice(), shape, "bool");
  if (/^[IU]/.test(tensor.dtype)) return tf.tensor(toInt32(tensor), shape, "int32");
  return tf.tensor(toFloat32(tensor), shape, "float32");
}

function rowsOf(tensor: SafeTensor): number[][] {
  const data = toInt32(tensor);
  const width = tensor.shape.at(-1) ?? 1;
  const rows = width === 0 ? 0 : data.length / width;
  return Array.from({ length: rows }, (_, row) => [...data.subarray(row * width, (row + 1) * width)]);
}
