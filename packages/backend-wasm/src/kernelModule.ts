import { PLAIN_KERNELS, RELAXED_KERNELS } from "../generated/kernelBytes.ts";

type Kernel = (...args: number[]) => void;

/** The functions of assembly/index.ts. Their parameters are named there; pointers are byte addresses. */
export interface Kernels {
  readonly gemmScratch: () => number;
  readonly gemm: Kernel;
  readonly batchGemm: Kernel;
  readonly attentionScratch: (keys: number) => number;
  readonly setAttention: Kernel;
  readonly attention: Kernel;
  readonly attentionGradient: Kernel;
  readonly columnSum: Kernel;
  readonly segmentSum: Kernel;
  /** The position of the first id out of range, or -1. */
  readonly gatherRows: (...args: number[]) => number;
  readonly layerNorm: Kernel;
  readonly layerNormGradient: Kernel;
  readonly softmax: Kernel;
  readonly softmaxGradient: Kernel;
  readonly crossEntropy: Kernel;
  readonly crossEntropyGradient: Kernel;
  readonly dropout: Kernel;
  readonly adamW: Kernel;
  readonly activate: Kernel;
  readonly activateGradient: Kernel;
  readonly add: Kernel;
  readonly multiply: Kernel;
  readonly permute: Kernel;
  readonly rowSum: Kernel;
}

/** Starts the kernels on `memory`: those for relaxed SIMD where the engine accepts them, unless not wanted. */
export async function startKernels(memory: WebAssembly.Memory, relaxedSimd = true): Promise<Kernels> {
  const relaxed = bytesOf(RELAXED_KERNELS);
  const bytes = relaxedSimd && WebAssembly.validate(relaxed) ? relaxed : bytesOf(PLAIN_KERNELS);
  if (!WebAssembly.validate(bytes)) {
    throw new Error("this engine has no WebAssembly SIMD");
  }
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  return instance.exports as unknown as Kernels;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
