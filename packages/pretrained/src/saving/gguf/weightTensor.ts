import { GGML_TYPES, type GgmlType, packBlocks, type QuantizedType, type TensorToWrite } from "@qkv/gguf";
import { type CodeGroups, readCodes, type Weight } from "@qkv/ops";
import { toBFloat16, toFloat16 } from "@qkv/safetensors";
import { PretrainedError } from "../../files/pretrainedError.ts";
import { exactDtype } from "../exactDtype.ts";
import { centeredGroups } from "./centeredGroups.ts";

/** The type of matrices and tables that are held as floats; `auto` is the smallest that holds every number. */
export type FloatType = "F32" | "F16" | "BF16" | "auto";

/** The types of blocks by the bits of their codes, those of the fewest bytes first. */
const BLOCKS: Readonly<Record<4 | 8, readonly QuantizedType[]>> = {
  4: ["Q2_K", "Q3_K", "Q4_0", "Q4_K", "Q4_1"],
  8: ["IQ4_XS", "MXFP4", "IQ4_NL", "Q5_K", "Q5_0", "Q5_1", "Q6_K", "Q8_0"],
};

/**
 * A parameter as a tensor of a GGUF file: blocks and halves as they are held, floats of a matrix or table in `floats`, and
 * norms and biases in F32, as llama.cpp has them. It is read when its bytes are asked for.
 *
 * @param path for messages
 * @param move puts rows in the order of the file
 * @param shift is added to the numbers of a norm
 * @throws PretrainedError if no type holds its codes exactly
 */
export async function weightTensor(
  path: string,
  weight: Weight,
  floats: FloatType,
  move: (bytes: Uint8Array, rows: number) => Uint8Array,
  shift = 0,
): Promise<TensorToWrite & { readonly bytes: () => Promise<Uint8Array> }> {
  const { format, kind } = weight;
  const shape = weight.shape as readonly number[];
  const [rows = 1] = shape;
  const moved = (read: () => Promise<Uint8Array>) => async () => move(await read(), rows);
  if (typeof format === "object") {
    const type = await blockType(path, weight);
    return { shape, type, bytes: moved(async () => packed(type, await readCodes(weight)) as Uint8Array) };
  }
  if (format !== "f32") {
    return { shape, type: format === "f16" ? "F16" : "BF16", bytes: moved(() => halves(weight)) };
  }
  const type = kind !== "matrix" && kind !== "embedding" ? "F32" : await floatType(weight, floats);
  return { shape, type, bytes: moved(async () => floatBytes(path, type, await numbersOf(weight, shift))) };
}

async function floatType(weight: Weight, floats: FloatType): Promise<GgmlType> {
  return floats === "auto" ? exactDtype(await numbersOf(weight)) : floats;
}

async function blockType(path: string, weight: Weight): Promise<QuantizedType> {
  const { format, shape } = weight;
  const codes = await readCodes(weight);
  const columns = (shape as readonly number[])[1] ?? 0;
  const fits = (type: QuantizedType) => columns % GGML_TYPES[type].blockSize === 0;
  const found = BLOCKS[codes.bits].find((type) => fits(type) && packed(type, codes) !== undefined);
  if (found !== undefined) return found;
  throw new PretrainedError(
    `saveGguf: ${path}: expected codes and scales that blocks of GGUF hold exactly, got others of ${JSON.stringify(format)}: ` +
      `load the model with { dtype: "float32" }, and quantize it`,
  );
}

/** The blocks of codes, or of others that mean the same numbers; undefined if the type holds neither. */
function packed(type: QuantizedType, codes: CodeGroups): Uint8Array | undefined {
  const blocks = packBlocks(type, groupsOf(codes));
  if (blocks !== undefined) return blocks;
  const centered = centeredGroups(codes);
  return centered && packBlocks(type, groupsOf(centered));
}

function groupsOf({ offsets, ...groups }: CodeGroups) {
  return { ...groups, ...(offsets !== undefined && { offsets }) };
}

async function halves({ parts, shape }: Weight): Promise<Uint8Array> {
  const words = (await parts.data.data()) as Int32Array;
  const size = (shape as readonly number[]).reduce((product, each) => product * each, 1);
  return new Uint8Array(words.buffer, words.byteOffset, 2 * size);
}

async function numbersOf({ parts }: Weight, shift = 0): Promise<Float32Array> {
  const numbers = (await parts.data.data()) as Float32Array;
  return shift === 0 ? numbers : numbers.map((value) => value + shift);
}

function floatBytes(path: string, type: GgmlType, numbers: Float32Array): Uint8Array {
  if (type === "F32") return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const beyond = type === "F16" ? numbers.find((value) => Math.abs(value) >= 65520) : undefined;
  if (beyond !== undefined) throw new PretrainedError(`${path}: expected numbers that F16 can hold, got ${beyond}`);
  const rounded = type === "F16" ? toFloat16(numbers) : toBFloat16(numbers);
  return new Uint8Array(rounded.buffer, rounded.byteOffset, rounded.byteLength);
}
