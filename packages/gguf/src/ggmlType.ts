import { GgufError } from "./ggufError.ts";
import { shown } from "./shown.ts";

/** The layout of a type: its number in a file, the values in a block, and the bytes that hold them. */
export interface GgmlLayout {
  readonly id: number;
  readonly blockSize: number;
  readonly blockBytes: number;
}

/**
 * The types of tensors that are read here, by ggml's names.
 *
 * https://github.com/ggml-org/ggml/blob/master/include/ggml.h (`enum ggml_type`)
 */
export const GGML_TYPES = {
  F32: { id: 0, blockSize: 1, blockBytes: 4 },
  F16: { id: 1, blockSize: 1, blockBytes: 2 },
  Q4_0: { id: 2, blockSize: 32, blockBytes: 18 },
  Q4_1: { id: 3, blockSize: 32, blockBytes: 20 },
  Q5_0: { id: 6, blockSize: 32, blockBytes: 22 },
  Q5_1: { id: 7, blockSize: 32, blockBytes: 24 },
  Q8_0: { id: 8, blockSize: 32, blockBytes: 34 },
  Q2_K: { id: 10, blockSize: 256, blockBytes: 84 },
  Q3_K: { id: 11, blockSize: 256, blockBytes: 110 },
  Q4_K: { id: 12, blockSize: 256, blockBytes: 144 },
  Q5_K: { id: 13, blockSize: 256, blockBytes: 176 },
  Q6_K: { id: 14, blockSize: 256, blockBytes: 210 },
  IQ4_NL: { id: 20, blockSize: 32, blockBytes: 18 },
  IQ4_XS: { id: 23, blockSize: 256, blockBytes: 136 },
  I8: { id: 24, blockSize: 1, blockBytes: 1 },
  I16: { id: 25, blockSize: 1, blockBytes: 2 },
  I32: { id: 26, blockSize: 1, blockBytes: 4 },
  I64: { id: 27, blockSize: 1, blockBytes: 8 },
  F64: { id: 28, blockSize: 1, blockBytes: 8 },
  BF16: { id: 30, blockSize: 1, blockBytes: 2 },
  MXFP4: { id: 39, blockSize: 32, blockBytes: 17 },
} as const satisfies Readonly<Record<string, GgmlLayout>>;

/** The type of a tensor, by the name that ggml gives it. */
export type GgmlType = keyof typeof GGML_TYPES;

/** The types that values can be rounded to here. */
export type RoundedType = "Q8_0" | "Q4_0" | "Q4_1" | "Q5_0" | "Q5_1" | "Q4_K" | "Q6_K";

/** Those of blocks of 256 values, whose groups have multiples of one scale. */
export type KRoundedType = Extract<RoundedType, "Q4_K" | "Q6_K">;

/** Those of blocks with a scale of their own for 32 values. */
export type PlainRoundedType = Exclude<RoundedType, KRoundedType>;

/** The types that ggml has and nothing here reads, by their numbers: an error can then name them. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: "Q8_1",
  15: "Q8_K",
  16: "IQ2_XXS",
  17: "IQ2_XS",
  18: "IQ3_XXS",
  19: "IQ1_S",
  21: "IQ3_S",
  22: "IQ2_S",
  29: "IQ1_M",
  34: "TQ1_0",
  35: "TQ2_0",
  40: "NVFP4",
  41: "Q1_0",
};

const NAMES = Object.keys(GGML_TYPES) as GgmlType[];
const BY_ID = new Map<number, GgmlType>(NAMES.map((name) => [GGML_TYPES[name].id, name]));

/** Whether `name` is a type that can be read here. */
export function isGgmlType(name: unknown): name is GgmlType {
  return typeof name === "string" && Object.hasOwn(GGML_TYPES, name);
}

/** The type of a number in a file. @throws GgufError naming `where`, and the type where ggml has a name for it */
export function ggmlTypeOf(id: number, where: string): GgmlType {
  const type = BY_ID.get(id);
  if (type !== undefined) return type;
  const name = OTHER_TYPES[id];
  const got = name === undefined ? `type ${id}, which is not known here` : `${name} (type ${id})`;
  throw new GgufError(`${where}: expected a tensor of ${NAMES.join(", ")}, got ${got}`);
}

/** The number of values in `bytes` of a type. @throws GgufError if they are no whole blocks */
export function valuesIn(who: string, type: GgmlType, bytes: Uint8Array): number {
  if (!isGgmlType(type)) throw new GgufError(`${who}: expected a type of ${NAMES.join(", ")}, got ${shown(type)}`);
  if (!(bytes instanceof Uint8Array))
    throw new GgufError(`${who}: expected a Uint8Array of blocks, got ${shown(bytes)}`);
  const { blockSize, blockBytes } = GGML_TYPES[type];
  if (bytes.length % blockBytes !== 0) {
    throw new GgufError(`${who}: expected whole blocks of ${blockBytes} bytes for ${type}, got ${bytes.length} bytes`);
  }
  return (bytes.length / blockBytes) * blockSize;
}
