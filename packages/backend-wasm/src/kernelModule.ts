import { PLAIN_KERNELS, RELAXED_KERNELS } from "../generated/kernelBytes.ts";
import { withSharedMemory } from "./sharedMemory.ts";

/**
 * The kernels of assembly/index.ts that can be done in parts, whose last parameters are `from`, `to` and, where they
 * need it, scratch. Their parameters are named there; pointers are byte addresses.
 */
export const PARTED_KERNELS = [
  "products",
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
  "program",
] as const;

/** The name of a kernel that can be done in parts. */
export type PartedKernel = (typeof PARTED_KERNELS)[number];

/** The functions of assembly/index.ts. */
export type Kernels = Readonly<Record<PartedKernel, (...args: number[]) => void>> & {
  /** Bytes of scratch that products need. */
  readonly gemmScratch: () => number;
  readonly attentionScratch: () => number;
  readonly attentionParts: (queries: number) => number;
  /** The position of the first id out of range, or -1. */
  readonly gatherRows: (...args: number[]) => number;
};

/** Which instructions kernels were compiled to: with those of relaxed SIMD, or without. */
export type Simd = "relaxed" | "plain";

/** Compiles the kernels: those for relaxed SIMD where the engine accepts them, unless not wanted. */
export async function compileKernels(
  shared: boolean,
  relaxedSimd = true,
): Promise<{ readonly kernelModule: WebAssembly.Module; readonly simd: Simd }> {
  const relaxed = bytesOf(RELAXED_KERNELS);
  const simd = relaxedSimd && WebAssembly.validate(relaxed) ? "relaxed" : "plain";
  const bytes = simd === "relaxed" ? relaxed : bytesOf(PLAIN_KERNELS);
  return { kernelModule: await WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes), simd };
}

/** @throws Error where the engine has no SIMD, which tfjs's module that is used here needs too */
export function requireSimd(): void {
  if (!WebAssembly.validate(bytesOf(PLAIN_KERNELS))) throw new Error("this engine has no WebAssembly SIMD");
}

/** Starts the kernels on `memory`. */
export async function startKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Kernels> {
  const instance = await WebAssembly.instantiate(module, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
