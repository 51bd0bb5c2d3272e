import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { type ArrayTable, expectShape, sizesOf } from "./arrayTable.ts";
import { unpackBits } from "./bitFields.ts";
import type { ConfigFields } from "./configFields.ts";
import { EIGHTHS, eighthsArray } from "./eighths.ts";
import { integerArray } from "./integerMatrix.ts";
import { refuseListed } from "./listedModules.ts";
import {
  expectGrid,
  gridRows,
  type GridRows,
  gridSizes,
  isOfGrid,
  rowsOfGrid,
  type ScaleGrid,
  SCALES,
} from "./scaleGrid.ts";
import { integers, words } from "./storedNumbers.ts";

const FORMATS = ["pack-quantized", "int-quantized", "naive-quantized", "float-quantized", "mixed-precision"] as const;

/** How the weights of one group of modules are quantized. */
interface Scheme {
  readonly bits: number;
  readonly isFloat: boolean;
  readonly isSymmetric: boolean;
  /** The block of a matrix that shares a scale. */
  blockOf(shape: readonly [rows: number, columns: number]): ScaleGrid["block"];
}

/**
 * Reads the matrices of compressed-tensors: `weight_packed` of 2 to 8 bits, along a row the lowest bits first, or `weight` of
 * 8, whole numbers or floats; `weight_scale` and perhaps `weight_zero_point` of the whole, of rows, of groups or of blocks.
 * What a module has in the file tells which of the config's groups it is of; its inputs, which others round, stay as they are.
 *
 * https://github.com/vllm-project/compressed-tensors/blob/main/src/compressed_tensors/compressors/pack_quantized/helpers.py
 */
export async function dequantizeCompressedTensors(fields: ConfigFields, table: ArrayTable): Promise<void> {
  refuseListed(
    fields,
    "ignore",
    ["weight_packed", "weight_scale"].flatMap((name) => table.modulesWith(name)),
  );
  const schemes = schemesOf(fields);
  for (const module of table.modulesWith("weight_packed")) {
    table.put(`${module}.weight`, await packedArray(module, schemes, table));
  }
  for (const module of table.modulesWith("weight_scale")) {
    const weight = table.take(`${module}.weight`, ["I8", ...EIGHTHS]);
    table.put(`${module}.weight`, plainArray(module, weight, schemes, table));
  }
}

function schemesOf(fields: ConfigFields): readonly Scheme[] {
  fields.choice("format", FORMATS);
  fields.choice("quantization_status", ["compressed", "frozen"], "compressed");
  fields.within("sparsity_config")?.choice("format", ["dense"], "dense");
  fields.ignore(["quant_method", "version", "global_compression_ratio", "run_compressed", "dequantize"]);
  const groups = fields.within("config_groups");
  const schemes = (groups?.names ?? []).flatMap((name) => {
    const group = groups?.within(name) as ConfigFields;
    if (group.value("format") !== undefined) group.choice("format", FORMATS);
    const inputs = group.within("input_activations");
    inputs?.choice("dynamic", [true]);
    group.ignore(["targets"]);
    const weights = group.within("weights");
    group.refuseOthers();
    return weights === undefined ? [] : [schemeOf(weights)];
  });
  fields.refuseOthers();
  return schemes.length === 0 ? fields.fail("config_groups", "a group with weights", undefined) : schemes;
}

function schemeOf(fields: ConfigFields): Scheme {
  const isFloat = fields.choice("type", ["int", "float"], "int") === "float";
  const bits = fields.choice("num_bits", isFloat ? [8] : [2, 3, 4, 5, 6, 7, 8], 8);
  const isSymmetric = fields.choice("symmetric", isFloat ? [true] : [true, false], true);
  fields.choice("dynamic", [false], false);
  const groupSize = fields.value("group_size") === undefined ? undefined : fields.size("group_size", [-1]);
  const usual = groupSize === undefined ? "tensor" : groupSize === -1 ? "channel" : "group";
  const strategy = fields.choice("strategy", ["tensor", "channel", "group", "block"], usual);
  const block = strategy === "block" ? fields.sizes("block_structure") : undefined;
  if (strategy === "group" && groupSize === undefined) fields.size("group_size");
  fields.ignore(["actorder", "scale_dtype", "zp_dtype", "observer", "observer_kwargs", "block_structure"]);
  fields.refuseOthers();
  const blockOf: Scheme["blockOf"] = ([rows, columns]) => {
    if (strategy === "block") return block as [number, number];
    return [strategy === "tensor" ? rows : 1, strategy === "group" && groupSize !== -1 ? (groupSize ?? 1) : columns];
  };
  return { bits, isFloat, isSymmetric, blockOf };
}

/** The first scheme that a module's arrays fit, else the first of its kind, which messages speak of. */
function schemeFor(
  module: string,
  schemes: readonly Scheme[],
  isOfKind: (scheme: Scheme) => boolean,
  fits: (scheme: Scheme) => boolean,
): Scheme {
  const ofKind = schemes.filter(isOfKind);
  const found = ofKind.find(fits) ?? ofKind[0];
  if (found !== undefined) return found;
  throw new PretrainedError(`${module}: expected codes of a kind that config_groups describes, got others`);
}

async function packedArray(module: string, schemes: readonly Scheme[], table: ArrayTable): Promise<StoredArray> {
  const named = (name: string) => `${module}.${name}`;
  const codes = table.take(named("weight_packed"), ["I32"]);
  const scales = table.take(named("weight_scale"), SCALES);
  const zeros = table.takeOptional(named("weight_zero_point"), ["I32", "I8"]);
  const order = table.takeOptional(named("weight_g_idx"), ["I32"]);
  const shape = await storedShape(named("weight_shape"), table.take(named("weight_shape"), ["I64", "I32"]));
  const [[rows, columns], [, across]] = [shape, sizesOf(named("weight_packed"), codes)];
  const widthOf = (bits: number) => Math.ceil((columns * bits) / 32);
  const scheme = schemeFor(
    module,
    schemes,
    ({ isFloat, isSymmetric }) => !isFloat && isSymmetric === (zeros === undefined),
    (each) => widthOf(each.bits) === across && isOfGrid({ shape, block: each.blockOf(shape) }, scales),
  );
  const { bits } = scheme;
  const grid: ScaleGrid = { shape, block: scheme.blockOf(shape) };
  expectShape(named("weight_packed"), codes, [rows, widthOf(bits)]);
  expectGrid(named("weight_scale"), grid, scales);
  const half = 2 ** (bits - 1);
  const held = bits > 4 ? 8 : 4;
  return integerArray(named("weight"), named("weight_scale"), {
    ...{ ...grid, bits: held, shift: held === 4 ? half : 0, scales },
    zeros: zeros && zeroRows(named("weight_zero_point"), grid, bits, zeros),
    groupOf: order && (await storedOrder(named("weight_g_idx"), grid, order)),
    async codes(from, to) {
      const packed = await words(codes, from * across, to * across);
      const unpacked = new Uint8Array((to - from) * columns);
      for (let row = 0; row < to - from; row++) {
        unpackBits(packed, { bits, start: row * across }, unpacked, row * columns, columns);
      }
      return held === 4 ? unpacked : Int8Array.from(unpacked, (code) => code - half);
    },
  });
}

function plainArray(module: string, weight: StoredArray, schemes: readonly Scheme[], table: ArrayTable): StoredArray {
  const named = (name: string) => `${module}.${name}`;
  const scales = table.take(named("weight_scale"), SCALES);
  const zeros = weight.dtype === "I8" ? table.takeOptional(named("weight_zero_point"), ["I8"]) : undefined;
  const shape = sizesOf(named("weight"), weight);
  const isEighths = weight.dtype !== "I8";
  const scheme = schemeFor(
    module,
    schemes,
    ({ isFloat }) => isFloat === isEighths,
    (each) => isOfGrid({ shape, block: each.blockOf(shape) }, scales),
  );
  const grid: ScaleGrid = { shape, block: scheme.blockOf(shape) };
  expectGrid(named("weight_scale"), grid, scales);
  if (isEighths) return eighthsArray(module, weight, grid, "weight_scale", scales);
  // Where all are 0 they may be missing.
  if (zeros !== undefined) expectGrid(named("weight_zero_point"), grid, zeros);
  return integerArray(named("weight"), named("weight_scale"), {
    ...{ ...grid, bits: 8, shift: 0, scales },
    zeros: zeros && gridRows(named("weight_zero_point"), grid, zeros),
    async codes(from, to) {
      const { buffer, byteOffset, length } = await weight.readBytes(from * shape[1], to * shape[1]);
      return new Int8Array(buffer, byteOffset, length);
    },
  });
}

async function storedShape(name: string, array: StoredArray): Promise<readonly [rows: number, columns: number]> {
  expectShape(name, array, [2]);
  const [rows = 0, columns = 0] = await integers(name, array);
  if (rows > 0 && columns > 0) return [rows, columns];
  throw new PretrainedError(`${name}: expected rows and columns, got [${rows},${columns}]`);
}

/** Zeros of packed codes: packed down a column, and less by half of their range, or in earlier releases plain. */
function zeroRows(name: string, grid: ScaleGrid, bits: number, array: StoredArray): GridRows {
  if (array.dtype === "I8") {
    expectGrid(name, grid, array);
    return gridRows(name, grid, array);
  }
  const [down, across] = gridSizes(grid);
  expectShape(name, array, [Math.ceil((down * bits) / 32), across]);
  return rowsOfGrid(grid, async () => {
    const packed = await words(array);
    const [column, zeros] = [new Uint8Array(down), new Float32Array(down * across)];
    for (let group = 0; group < across; group++) {
      unpackBits(packed, { bits, start: group, stride: across }, column, 0, down);
      for (let row = 0; row < down; row++) zeros[row * across + group] = (column[row] as number) - 2 ** (bits - 1);
    }
    return zeros;
  });
}

/** The group of each column; undefined where they are neighbours, which is also written as -1 everywhere. */
async function storedOrder(name: string, grid: ScaleGrid, array: StoredArray): Promise<Int32Array | undefined> {
  expectShape(name, array, [grid.shape[1]]);
  const order = await integers(name, array);
  if (order.every((group) => group === -1)) return undefined;
  const [, across] = gridSizes(grid);
  const beyond = order.find((group) => group < 0 || group >= across);
  if (beyond === undefined) return order;
  throw new PretrainedError(`${name}: expected groups of 0 to ${across - 1}, got ${beyond}`);
}
