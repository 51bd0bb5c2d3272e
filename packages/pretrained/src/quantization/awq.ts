import { type ArrayTable, expectShape, sizesOf } from "./arrayTable.ts";
import { CALIBRATION } from "./calibrationFields.ts";
import { groupsOf, neighbours } from "./columnGroups.ts";
import { columnMajorArray } from "./columnMajor.ts";
import type { ConfigFields } from "./configFields.ts";
import { refuseListed } from "./listedModules.ts";
import { finiteFloats, words } from "./storedNumbers.ts";

/**
 * Reads AWQ's matrices in the layout of its GEMM kernels: `qweight` [I, O / 8] and `qzeros` [I / group_size, O / 8], eight
 * codes of 4 bits in a word, those of rows 0, 2, 4, 6, 1, 3, 5, 7 from the lowest bits on, and `scales` [I / group_size, O].
 *
 * https://github.com/casper-hansen/AutoAWQ/blob/main/awq/utils/packing_utils.py
 */
export function dequantizeAwq(fields: ConfigFields, table: ArrayTable): void {
  const bits = fields.choice("bits", [4]);
  const groupSize = fields.size("group_size", [-1]);
  for (const name of ["version", "format", "checkpoint_format"]) fields.choice(name, ["gemm"], "gemm");
  fields.choice("method", ["awq"], "awq");
  fields.choice("pack_dtype", ["int32"], "int32");
  fields.choice("data_type", ["int"], "int");
  fields.ignore(["zero_point"]); // the array of zeros is there in either case
  fields.ignore(["quant_method", ...CALIBRATION]);
  fields.ignore(["do_fuse", "fuse_max_seq_len", "modules_to_fuse"]); // how to compute, not with what
  if (fields.value("backend") === "llm-awq") fields.fail("backend", "autoawq", "llm-awq");
  const modules = table.modulesWith("qweight");
  refuseListed(fields, "modules_to_not_convert", modules);
  fields.refuseOthers();
  for (const module of modules) {
    const codes = table.take(`${module}.qweight`, ["I32"]);
    const zeros = table.take(`${module}.qzeros`, ["I32"]);
    const scales = table.take(`${module}.scales`, ["F16", "BF16", "F32"]);
    const [columns, across] = sizesOf(`${module}.qweight`, codes);
    const groups = groupsOf(columns, groupSize);
    const rows = across * 8;
    expectShape(`${module}.qzeros`, zeros, [groups, across]);
    expectShape(`${module}.scales`, scales, [groups, rows]);
    const array = columnMajorArray(`${module}.weight`, {
      ...{ shape: [rows, columns], bits, groups, groupOf: neighbours(columns, groupSize) },
      async read() {
        const [packed, packedZeros, scale] = await Promise.all([
          words(codes),
          words(zeros),
          finiteFloats(`${module}.scales`, scales),
        ]);
        const unpacked = new Uint8Array(groups * rows);
        for (let row = 0; row < rows; row++) unpackRow(packedZeros, across, row, unpacked, row, rows);
        return { words: packed, scales: scale, zeros: unpacked };
      },
      unpackRow: (packed, row, into, at) => unpackRow(packed, across, row, into.subarray(0, at + columns), at, 1),
    });
    table.put(`${module}.weight`, array);
  }
}

/** Where in a word the code of each of eight rows is. */
const PLACES = [0, 4, 1, 5, 2, 6, 3, 7];

/** Unpacks the codes of a row of every column or group into `into`, from `at` on, `step` apart. */
function unpackRow(packed: Uint32Array, across: number, row: number, into: Uint8Array, at: number, step: number): void {
  const shift = 4 * (PLACES[row % 8] as number);
  for (let word = row >> 3; at < into.length; word += across, at += step) {
    into[at] = ((packed[word] as number) >>> shift) & 15;
  }
}
