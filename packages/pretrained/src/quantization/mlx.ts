import { type ArrayTable, expectShape, sizesOf } from "./arrayTable.ts";
import { affineArray, type AffineMatrix } from "./affineMatrix.ts";
import { unpackBits } from "./bitFields.ts";
import type { ConfigFields } from "./configFields.ts";
import { finiteFloats, words } from "./storedNumbers.ts";
import type { StoredArray } from "../files/storedArray.ts";
import { signedCodes } from "./signedCodes.ts";

/**
 * Reads MLX's matrices: `weight` [O, I * bits / 32] of words, along a row the lowest bits first, `scales` and `biases`
 * [O, I / groupSize]; a number is `scale * code + bias`.
 *
 * https://ml-explore.github.io/mlx/build/html/python/_autosummary/mlx.core.quantize.html
 */
export function dequantizeMlx(fields: ConfigFields, table: ArrayTable): void {
  fields.ignore(["quant_method"]);
  const whole = schemeOf(fields);
  const isModule = (name: string) => ["boolean", "object"].includes(fields.typeOf(name));
  const overrides = new Map(fields.names.filter(isModule).map((name) => [name, fields.value(name)]));
  fields.refuseOthers();
  for (const module of table.modulesWith("scales")) {
    if (overrides.get(module) === false) {
      fields.fail(module, `codes as ${module}.scales is in the file`, false);
    }
    const own = typeof overrides.get(module) === "object" ? fields.within(module) : undefined;
    const scheme = own === undefined ? whole : schemeOf(own, whole);
    own?.refuseOthers();
    const weight = table.take(`${module}.weight`, ["U32"]);
    const scales = table.take(`${module}.scales`, ["F16", "BF16", "F32"]);
    const biases = table.take(`${module}.biases`, ["F16", "BF16", "F32"]);
    table.put(`${module}.weight`, affineArray(`${module}.weight`, matrixOf(module, scheme, weight, scales, biases)));
  }
}

interface Scheme {
  readonly bits: number;
  readonly groupSize: number;
}

const BITS = [2, 3, 4, 5, 6, 8];

function schemeOf(fields: ConfigFields, otherwise?: Scheme): Scheme {
  fields.choice("mode", ["affine"], "affine");
  return {
    bits: fields.choice("bits", BITS, otherwise?.bits),
    groupSize: fields.choice("group_size", [32, 64, 128], otherwise?.groupSize),
  };
}

function matrixOf(
  module: string,
  { bits, groupSize }: Scheme,
  weight: StoredArray,
  scales: StoredArray,
  biases: StoredArray,
): AffineMatrix {
  const [rows, across] = sizesOf(`${module}.weight`, weight);
  const columns = (across * 32) / bits;
  const groups = columns / groupSize;
  for (const [name, array] of [
    ["scales", scales],
    ["biases", biases],
  ] as const) {
    expectShape(`${module}.${name}`, array, [rows, groups]);
  }
  const held = bits > 4 ? 8 : 4;
  return {
    ...{ shape: [rows, columns], bits: held, zero: 0, hasOffsets: true, groups },
    async rows(from, to) {
      const [packed, scale, bias] = await Promise.all([
        words(weight, from * across, to * across),
        finiteFloats(`${module}.scales`, scales, from * groups, to * groups),
        finiteFloats(`${module}.biases`, biases, from * groups, to * groups),
      ]);
      const codes = new Uint8Array((to - from) * columns);
      unpackBits(packed, { bits, start: 0 }, codes, 0, codes.length);
      if (held === 4) return { codes, scales: scale, offsets: bias };
      return {
        codes: signedCodes(codes),
        scales: scale,
        offsets: bias.map((value, i) => value + 128 * (scale[i] as number)),
      };
    },
  };
}
