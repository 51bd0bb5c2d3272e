import { PretrainedError } from "../files/pretrainedError.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { type ArrayTable, expectShape, sizesOf } from "./arrayTable.ts";
import { unpackBits } from "./bitFields.ts";
import { groupsOf, neighbours } from "./columnGroups.ts";
import { columnMajorArray } from "./columnMajor.ts";
import { CALIBRATION } from "./calibrationFields.ts";
import type { ConfigFields } from "./configFields.ts";
import { refuseListed } from "./listedModules.ts";
import { markZeroBiases } from "./zeroBiases.ts";
import { finiteFloats, integers, words } from "./storedNumbers.ts";

interface Scheme {
  readonly bits: number;
  readonly groupSize: number;
}

/**
 * Reads GPTQ's matrices: `qweight` [I * bits / 32, O], codes down a column the lowest bits first, `qzeros`
 * [groups, O * bits / 32], along a row, `scales` [groups, O], and `g_idx` [I], the group of each column. Files of the first
 * version hold each zero less 1.
 *
 * https://github.com/AutoGPTQ/AutoGPTQ/blob/main/auto_gptq/nn_modules/qlinear/qlinear_cuda_old.py
 */
export async function dequantizeGptq(fields: ConfigFields, table: ArrayTable): Promise<void> {
  const formats = ["gptq", "gptq_v2"] as const;
  const version = fields.choice("checkpoint_format", formats, fields.choice("format", formats, "gptq"));
  const [isFirst, isOrdered] = [version === "gptq", fields.choice("desc_act", [true, false], false)];
  fields.choice("method", ["gptq"], "gptq");
  fields.choice("pack_dtype", ["int32"], "int32");
  fields.choice("data_type", ["int"], "int");
  fields.ignore(["quant_method", ...CALIBRATION]);
  const whole = schemeOf(fields);
  const schemes = [whole, ...overridesOf(fields, whole)];
  const modules = table.modulesWith("qweight");
  refuseListed(fields, "modules_to_not_convert", modules);
  fields.refuseOthers();
  await markZeroBiases(table, modules);
  for (const module of modules) {
    const codes = table.take(`${module}.qweight`, ["I32"]);
    const zeros = table.take(`${module}.qzeros`, ["I32"]);
    const scales = table.take(`${module}.scales`, ["F16", "BF16", "F32"]);
    const order = isOrdered ? table.take(`${module}.g_idx`, ["I32"]) : table.takeOptional(`${module}.g_idx`, ["I32"]);
    const parts = { codes, zeros, scales, order };
    const scheme = schemes.length === 1 ? whole : (schemes.find((each) => fits(each, parts)) ?? whole);
    table.put(`${module}.weight`, await arrayOf(module, scheme, parts, isFirst, isOrdered));
  }
}

function schemeOf(fields: ConfigFields, otherwise?: Scheme): Scheme {
  return {
    bits: fields.choice("bits", [2, 3, 4, 8], otherwise?.bits),
    groupSize: fields.size("group_size", [-1], otherwise?.groupSize),
  };
}

/** What `dynamic` says of some modules, by expressions for their names, or of none, those that begin with `-:`. */
function overridesOf(fields: ConfigFields, whole: Scheme): readonly Scheme[] {
  const dynamic = fields.within("dynamic");
  return (dynamic?.names ?? [])
    .filter((name) => !name.startsWith("-:"))
    .map((name) => {
      const own = dynamic?.within(name) as ConfigFields;
      own.ignore(CALIBRATION);
      const scheme = schemeOf(own, whole);
      own.refuseOthers();
      return scheme;
    });
}

interface Parts {
  readonly codes: StoredArray;
  readonly zeros: StoredArray;
  readonly scales: StoredArray;
  readonly order: StoredArray | undefined;
}

/** Whether arrays are those of a scheme: the shapes tell. */
function fits({ bits, groupSize }: Scheme, { codes, zeros, scales }: Parts): boolean {
  const [[depth = 0, rows = 0], [groups, across]] = [codes.shape, zeros.shape];
  return (
    across === (rows * bits) / 32 && groups === groupsOf((depth * 32) / bits, groupSize) && groups === scales.shape[0]
  );
}

async function arrayOf(
  module: string,
  { bits, groupSize }: Scheme,
  { codes, zeros, scales, order }: Parts,
  isFirst: boolean,
  isOrdered: boolean,
): Promise<StoredArray> {
  const [depth, rows] = sizesOf(`${module}.qweight`, codes);
  const columns = (depth * 32) / bits;
  const groups = groupsOf(columns, groupSize);
  const across = (rows * bits) / 32;
  expectShape(`${module}.scales`, scales, [groups, rows]);
  expectShape(`${module}.qzeros`, zeros, [groups, across]);
  if (order !== undefined) expectShape(`${module}.g_idx`, order, [columns]);
  const usual = neighbours(columns, groupSize);
  const groupOf = order === undefined ? usual : await integers(`${module}.g_idx`, order);
  checkGroups(`${module}.g_idx`, groupOf, groups, isOrdered ? undefined : usual);
  const readZeros = async () => {
    const packed = await words(zeros);
    const unpacked = new Uint8Array(groups * rows);
    for (let group = 0; group < groups; group++) {
      unpackBits(packed, { bits, start: group * across }, unpacked, group * rows, rows);
    }
    return isFirst ? plusOne(`${module}.qzeros`, unpacked, bits) : unpacked;
  };
  const [zero, ...others] = new Set(await readZeros());
  return columnMajorArray(`${module}.weight`, {
    ...{ shape: [rows, columns], bits, groups, groupOf, zero: others.length === 0 ? zero : undefined },
    async read() {
      const [packed, scale, each] = await Promise.all([
        words(codes),
        finiteFloats(`${module}.scales`, scales),
        readZeros(),
      ]);
      return { words: packed, scales: scale, zeros: each };
    },
    unpackRow: (packed, row, into, at) => unpackBits(packed, { bits, start: row, stride: rows }, into, at, columns),
  });
}

/** @throws PretrainedError if a column's group is none, or not the one that all tools take */
function checkGroups(name: string, groupOf: Int32Array, groups: number, usual: Int32Array | undefined): void {
  const beyond = groupOf.find((group) => group < 0 || group >= groups);
  if (beyond !== undefined) throw new PretrainedError(`${name}: expected groups of 0 to ${groups - 1}, got ${beyond}`);
  const other = usual === undefined ? -1 : groupOf.findIndex((group, column) => group !== usual[column]);
  if (other !== -1) {
    throw new PretrainedError(
      `${name}: expected group ${usual?.[other]} of column ${other}, as desc_act is false, got ${groupOf[other]}`,
    );
  }
}

/** The zeros of a file of the first version. A zero of 0 would be stored as that of the largest code, which tools read in three ways. */
function plusOne(name: string, zeros: Uint8Array, bits: number): Uint8Array {
  const largest = 2 ** bits - 1;
  for (let i = 0; i < zeros.length; i++) {
    const zero = zeros[i] as number;
    if (zero === largest) {
      throw new PretrainedError(
        `${name}: expected zeros below ${largest}, since checkpoint_format gptq stores each less 1, got ${zero}`,
      );
    }
    zeros[i] = zero + 1;
  }
  return zeros;
}
