/**
 * The kernels of assembly/index.ts that can be done in parts, whose last parameters are `from`, `to` and, where they
 * need it, scratch. Their parameters are named there; pointers are byte addresses. The native ones are those of
 * `@qkv/backend-native` with the same parameters.
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
  "nativeProducts",
  "nativePackedProducts",
  "nativeActivate",
  "nativeAttention",
] as const;

/** The name of a kernel that can be done in parts. */
export type ParallelKernel = (typeof PARTED_KERNELS)[number];

/** The functions of assembly/index.ts. */
export type Kernels = Readonly<Record<ParallelKernel, (...args: number[]) => void>> & {
  /** Bytes of scratch that products need. */
  readonly gemmScratch: () => number;
  readonly attentionScratch: () => number;
  readonly attentionParts: (queries: number) => number;
  /** Whether a product M, N, K of such strides of A's columns, B's rows and B's columns has too few rows to be packed. */
  readonly isThin: (M: number, N: number, K: number, cas: number, rbs: number, cbs: number) => number;
  /** The position of the first id out of range, or -1. */
  readonly gatherRows: (...args: number[]) => number;
  /** The same, of a packed weight. */
  readonly unpackRows: (...args: number[]) => number;
};

/** Kernels of `@qkv/backend-native` on the heap of this thread. */
export interface NativeKernels {
  /** The addon's file, from which each thread takes kernels of its own. */
  readonly path: string;
  /** What they use of the processor: "avx2", "avx512" or "neon". */
  readonly instructions: string;
  /** The kernel of this name in assembly/, with the same parameters; so are the next ones. */
  readonly products: (...args: number[]) => void;
  readonly packedProducts?: (...args: number[]) => void;
  /** Whether that takes a few rows with codes, too. */
  readonly takesFewRows?: boolean;
  readonly activate?: (...args: number[]) => void;
  /** But with neither dropout nor a soft cap, on keys and values in floats. */
  readonly attention?: (...args: number[]) => void;
  /** A part of a program's step: the kernel's number, the address of its arguments, from, to, scratch. */
  readonly step: (...args: number[]) => void;
}

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

/** Starts the kernels on `memory`; `native` ones beside them, where they were loaded. */
export async function startKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  native?: NativeKernels,
): Promise<Kernels> {
  const absent = () => {
    throw new Error("there are no native kernels");
  };
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, nativeStep: native?.step ?? absent } });
  const { products = absent, packedProducts = absent, activate = absent, attention = absent } = native ?? {};
  const natives = { nativeProducts: products, nativePackedProducts: packedProducts };
  return { ...exports, ...natives, nativeActivate: activate, nativeAttention: attention } as unknown as Kernels;
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
