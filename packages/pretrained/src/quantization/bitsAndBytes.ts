import type { Dtype } from "@qkv/safetensors";
import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { type ArrayTable, expectShape, sizesOf } from "./arrayTable.ts";
import { computedArray, type ComputedRows } from "./computedArray.ts";
import { ConfigFields } from "./configFields.ts";
import { integerArray } from "./integerMatrix.ts";
import { refuseListed } from "./listedModules.ts";
import { type ScaleGrid } from "./scaleGrid.ts";
import { finiteFloats, integers } from "./storedNumbers.ts";

/**
 * Reads the matrices of bitsandbytes: of 4 bits (NF4, FP4) with a table of 16 numbers and a scale for each block of
 * neighbours, which may be stored in 8 bits itself; of 8 bits (LLM.int8) with the largest number of each row.
 *
 * https://github.com/bitsandbytes-foundation/bitsandbytes/blob/main/bitsandbytes/functional.py
 */
export async function dequantizeBitsAndBytes(fields: ConfigFields, table: ArrayTable): Promise<void> {
  fields.ignore(["quant_method", "load_in_4bit", "_load_in_4bit", "load_in_8bit", "_load_in_8bit"]); // the arrays tell
  fields.ignore([
    "bnb_4bit_compute_dtype",
    "bnb_4bit_quant_type",
    "bnb_4bit_use_double_quant",
    "bnb_4bit_quant_storage",
  ]);
  fields.ignore(["llm_int8_threshold", "llm_int8_enable_fp32_cpu_offload", "llm_int8_has_fp16_weight"]);
  const [ofEight, ofFour] = [
    table.modulesWith("SCB"),
    KINDS.map((kind) => table.modulesWith(`weight.${STATE}${kind}`)),
  ];
  refuseListed(fields, "llm_int8_skip_modules", [...ofEight, ...ofFour.flat()]);
  fields.refuseOthers();
  for (const module of ofEight) table.put(`${module}.weight`, await eightBits(module, table));
  for (const [i, kind] of KINDS.entries()) {
    for (const module of ofFour[i] ?? []) table.put(`${module}.weight`, await fourBits(module, kind, table));
  }
}

const KINDS = ["nf4", "fp4"] as const;
const STATE = "quant_state.bitsandbytes__";

const WIDEN = Math.fround(1 / 127);

async function eightBits(module: string, table: ArrayTable): Promise<StoredArray> {
  const weight = table.take(`${module}.weight`, ["I8"]);
  const largest = table.take(`${module}.SCB`, ["F32"]);
  const order = table.takeOptional(`${module}.weight_format`, ["U8"]);
  const [format = 0] = order === undefined ? [] : await integers(`${module}.weight_format`, order);
  if (format !== 0) throw new PretrainedError(`${module}.weight_format: expected 0, codes row by row, got ${format}`);
  const shape = sizesOf(`${module}.weight`, weight);
  expectShape(`${module}.SCB`, largest, [shape[0]]);
  const grid: ScaleGrid = { shape, block: [1, shape[1]] };
  return integerArray(`${module}.weight`, `${module}.SCB`, {
    ...{ ...grid, bits: 8, shift: 0, scales: largest, factor: WIDEN },
    async codes(from, to) {
      const { buffer, byteOffset, length } = await weight.readBytes(from * shape[1], to * shape[1]);
      return new Int8Array(buffer, byteOffset, length);
    },
  });
}

const DTYPES: Readonly<Record<string, ComputedRows["dtype"]>> = { float32: "F32", float16: "F16", bfloat16: "BF16" };

/** Types in which tools store codes of 4 bits, whatever they mean. */
const STORAGE: readonly Dtype[] = ["U8", "I8", "F16", "BF16", "F32", "F64"];

interface FourBits {
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: ComputedRows["dtype"];
  readonly blockSize: number;
  /** How many scales share a scale of their own, and what they are more than that; undefined if they are floats. */
  readonly nested: { readonly blockSize: number; readonly offset: number } | undefined;
}

async function fourBits(module: string, kind: string, table: ArrayTable): Promise<StoredArray> {
  const named = (name: string) => `${module}.weight.${name}`;
  const state = await stateOf(named(`${STATE}${kind}`), kind, table.take(named(`${STATE}${kind}`), ["U8"]));
  const { shape, dtype, blockSize, nested } = state;
  const [rows, columns] = shape;
  const codes = table.take(`${module}.weight`, STORAGE);
  const numbers = table.take(named("quant_map"), ["F32"]);
  const scales = table.take(named("absmax"), [nested === undefined ? "F32" : "U8"]);
  const blocks = Math.ceil((rows * columns) / blockSize);
  if (codes.byteLength !== Math.ceil((rows * columns) / 2)) {
    throw new PretrainedError(
      `${module}.weight: expected ${Math.ceil((rows * columns) / 2)} bytes of [${shape}], got ${codes.byteLength}`,
    );
  }
  expectShape(named("quant_map"), numbers, [16]);
  expectShape(named("absmax"), scales, [blocks]);
  const readScales =
    nested === undefined
      ? () => finiteFloats(named("absmax"), scales)
      : nestedScales(named, blocks, nested, scales, table);
  let kept: Promise<readonly [Float32Array, Float32Array]> | undefined;
  const values = async (from: number, to: number) => {
    const [map, scale] = await (kept ??= Promise.all([finiteFloats(named("quant_map"), numbers), readScales()]));
    if (to === rows) kept = undefined;
    const [start, end] = [from * columns, to * columns];
    const first = start >> 1;
    const bytes = await codes.readBytes(first, (end + 1) >> 1);
    const result = new Float32Array(end - start);
    for (let i = start; i < end; i++) {
      const byte = bytes[(i >> 1) - first] as number;
      const code = i % 2 === 0 ? byte >> 4 : byte & 15;
      result[i - start] = (map[code] as number) * (scale[Math.floor(i / blockSize)] as number);
    }
    return result;
  };
  return computedArray(`${module}.weight`, { shape, dtype, values });
}

async function stateOf(name: string, kind: string, array: StoredArray): Promise<FourBits> {
  const fields = new ConfigFields(parsed(name, await array.readBytes(0, array.byteLength)), name);
  fields.choice("quant_type", [kind]);
  const dtype = DTYPES[fields.choice("dtype", Object.keys(DTYPES))] as ComputedRows["dtype"];
  const isNested = fields.value("nested_blocksize") !== undefined;
  if (isNested) fields.choice("nested_dtype", ["float32"]);
  const offset = isNested ? fields.value("nested_offset") : 0;
  if (typeof offset !== "number") fields.fail("nested_offset", "a number", offset);
  const state = {
    ...{ shape: fields.sizes("shape"), dtype, blockSize: fields.size("blocksize") },
    nested: isNested
      ? { blockSize: fields.size("nested_blocksize"), offset: Math.fround(offset as number) }
      : undefined,
  };
  fields.refuseOthers();
  return state;
}

function parsed(name: string, bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // It is told below.
  }
  throw new PretrainedError(`${name}: expected a JSON object, got ${bytes.length} bytes that are none`);
}

function nestedScales(
  named: (name: string) => string,
  blocks: number,
  { blockSize, offset }: NonNullable<FourBits["nested"]>,
  codes: StoredArray,
  table: ArrayTable,
): () => Promise<Float32Array> {
  const numbers = table.take(named("nested_quant_map"), ["F32"]);
  const scales = table.take(named("nested_absmax"), ["F32"]);
  expectShape(named("nested_quant_map"), numbers, [256]);
  expectShape(named("nested_absmax"), scales, [Math.ceil(blocks / blockSize)]);
  return async () => {
    const [code, map, scale] = await Promise.all([
      integers(named("absmax"), codes),
      finiteFloats(named("nested_quant_map"), numbers),
      finiteFloats(named("nested_absmax"), scales),
    ]);
    return Float32Array.from(code, (each, i) => {
      const scaled = Math.fround((map[each] as number) * (scale[Math.floor(i / blockSize)] as number));
      return scaled + offset;
    });
  };
}
