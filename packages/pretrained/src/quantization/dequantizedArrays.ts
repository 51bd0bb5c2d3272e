import type { Architecture } from "@qkv/transformer";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { ArrayTable } from "./arrayTable.ts";
import { dequantizeAwq } from "./awq.ts";
import { dequantizeCompressedTensors } from "./compressedTensors.ts";
import { dequantizeBitsAndBytes } from "./bitsAndBytes.ts";
import { ConfigFields } from "./configFields.ts";
import { dequantizeFp8 } from "./fp8.ts";
import { dequantizeGptq } from "./gptq.ts";
import { dequantizeMlx } from "./mlx.ts";
import { quantizationConfig } from "./quantizationConfig.ts";

/** Puts the matrices of a method in the place of their codes and scales. */
type Method = (fields: ConfigFields, table: ArrayTable) => void | Promise<void>;

/** By `quant_method`. */
const METHODS: Readonly<Record<string, Method>> = {
  mlx: dequantizeMlx,
  awq: dequantizeAwq,
  gptq: dequantizeGptq,
  "compressed-tensors": dequantizeCompressedTensors,
  fp8: dequantizeFp8,
  bitsandbytes: dequantizeBitsAndBytes,
};

/**
 * The arrays of a quantized checkpoint under the names that the model's have without it: each matrix of codes is computed
 * when it is read, and has a packed form where its groups are those of kernels. Nothing is read yet but what decides this.
 *
 * @param path the file of the config, for messages
 * @param json `config.json`
 * @throws PretrainedError naming the field or the array
 */
export async function dequantizedArrays(
  path: string,
  json: Readonly<Record<string, unknown>>,
  { className, weights: { transpose = [] } }: Architecture,
  arrays: ReadonlyMap<string, StoredArray>,
): Promise<ReadonlyMap<string, StoredArray>> {
  const { name, method, fields } = quantizationConfig(path, json);
  const dequantize = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (dequantize === undefined) {
    throw new PretrainedError(
      `${path}: ${name}.quant_method: expected ${Object.keys(METHODS).join(", ")}, got ${method === "" ? "none" : JSON.stringify(method)}`,
    );
  }
  // Tools turn such matrices before they quantize them, and no field says so.
  if (transpose.length > 0) {
    throw new PretrainedError(
      `${path}: ${name}: expected none for ${className}, whose matrices are stored [in, out], got one`,
    );
  }
  const table = new ArrayTable(arrays);
  await dequantize(new ConfigFields(fields, `${path}: ${name}`), table);
  return table.arrays;
}
