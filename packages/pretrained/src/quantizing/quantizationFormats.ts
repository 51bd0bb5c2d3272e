import { GGML_TYPES, type RoundedType } from "@qkv/gguf";
import { describeArgument, type WeightFormat } from "@qkv/ops";
import { PretrainedError } from "../files/pretrainedError.ts";

/** The formats that weights are quantized to, by llama.cpp's names. */
export const QUANTIZATION_FORMATS = ["q8_0", "q6_k", "q5_1", "q5_0", "q4_1", "q4_k", "q4_0"] as const;

/** One of {@link QUANTIZATION_FORMATS}. */
export type QuantizationFormat = (typeof QUANTIZATION_FORMATS)[number];

const TYPES: Readonly<Record<QuantizationFormat, RoundedType>> = {
  q8_0: "Q8_0",
  q6_k: "Q6_K",
  q5_1: "Q5_1",
  q5_0: "Q5_0",
  q4_1: "Q4_1",
  q4_k: "Q4_K",
  q4_0: "Q4_0",
};

/** The type of the blocks of a format. @throws PretrainedError naming the formats */
export function typeOfFormat(who: string, format: QuantizationFormat): RoundedType {
  if (typeof format === "string" && Object.hasOwn(TYPES, format)) return TYPES[format];
  const got = typeof format === "string" ? JSON.stringify(format) : describeArgument(format);
  throw new PretrainedError(`${who}: expected format to be one of ${QUANTIZATION_FORMATS.join(", ")}, got ${got}`);
}

/** Bytes of so many numbers in blocks. */
export function blockBytes(type: RoundedType, size: number): number {
  return (size / GGML_TYPES[type].blockSize) * GGML_TYPES[type].blockBytes;
}

/** Bytes of so many numbers as files store them: of codes with scales, and perhaps offsets, in half precision. */
export function storedBytes(format: WeightFormat, size: number): number {
  if (format === "f32") return 4 * size;
  if (typeof format === "string") return 2 * size;
  return size * (format.bits / 8 + (format.hasOffsets ? 4 : 2) / format.groupSize);
}

/** The name of a format, for reports: `f16`, `8 bits in 32s`. */
export function formatName(format: WeightFormat): string {
  if (typeof format === "string") return format;
  return `${format.bits} bits in ${format.groupSize}s`;
}
