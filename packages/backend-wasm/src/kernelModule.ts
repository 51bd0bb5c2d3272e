/**
 * The kernels of assembly/index.ts that can be done in parts, whose last parameters are `from`, `to` and, where they
 * need it, scratch. Their parameters are named there; pointers are byte addresses.
 */
export const PARTED_KERNELS = [
  "products",
  "packedProducts",
  "attention",
  "attentionGradient",
  "columnSum",
  "segmentSum",
  "layerNorm",
  "layerNormGradient",
  "layerNormWeightGradient",
  "softmax",
  "softmaxGradient",
  "logSumExp",
  "crossEntropy",
  "crossEntropyGradient",
  "dropout",
  "adamW",
  "activate",
  "activateGradient",
  "add",
  "multiply",
  "permute",
  "rowSum",
  "readCachedRows",
  "writeCachedRows",
  "program",
] as const;

/** The name of a kernel that can be done in parts. */
export type ParallelKernel = (typeof PARTED_KERNELS)[number];

/** The functions of assembly/index.ts. */
export type Kernels = Readonly<Record<ParallelKernel, (...args: number[]) => void>> & {
  /** Bytes of scratch that products need. */
  readonly gemmScratch: () => number;
  readonly attentionScratch: () => number;
  readonly attentionParts: (queries: number) => number;
  /** The position of the first id out of range, or -1. */
  readonly gatherRows: (...args: number[]) => number;
  /** The same, of a packed weight. */
  readonly unpackRows: (...args: number[]) => number;
};

/** SIMD instructions of the kernels: plain, relaxed (a product and a sum in one), or those joined to 256 bits by Node. */
export type Simd = "wide" | "relaxed" | "plain";

/** Chooses the kernels to run: those for relaxed SIMD where the engine supports them, unless turned off. */
export function chooseSimd(relaxedSimd = true): "relaxed" | "plain" {
  return relaxedSimd && WebAssembly.validate(probe(RELAXED_MADD)) ? "relaxed" : "plain";
}

/** @throws Error where the engine has no SIMD, which tfjs's module that is used here needs too */
export function requireSimd(): void {
  if (!WebAssembly.validate(probe([]))) throw new Error("this engine has no WebAssembly SIMD");
}

/** Starts the kernels on `memory`. */
export async function startKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

const SPLAT = [0x41, 0, 0xfd, 0x0f]; // i32.const 0, i8x16.splat
const RELAXED_MADD = [...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02]; // f32x4.relaxed_madd of three vectors

/** A module with one function that gives a vector, made by `instructions` from the vector of zeros on the stack. */
function probe(instructions: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...SPLAT, ...instructions, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    ...[1, 5, 1, 0x60, 0, 1, 0x7b], // a type: () -> v128
    ...[3, 2, 1, 0], // a function of it
    ...[10, body.length + 2, 1, body.length, ...body],
  ]);
}
