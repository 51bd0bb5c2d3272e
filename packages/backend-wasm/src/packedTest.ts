import { wrongNumber } from "@qkv/ops";
import type { Kernels, NativeKernels } from "./kernelModule.ts";
import { A, B, C, fill, SCRATCH } from "./productTest.ts";

/**
 * Says what of products with packed weights of each layout is not as `known` computes it; undefined if nothing is. The codes and
 * scales are such that sums are exact in any order; but of few rows, which are rounded.
 */
export function packedFault(
  { packedProducts, takesFewRows = false }: Pick<NativeKernels, "packedProducts" | "takesFewRows">,
  known: Kernels["packedProducts"],
  memory: WebAssembly.Memory,
): string | undefined {
  if (packedProducts === undefined) return undefined;
  fill(memory, A, MANY * K, 7);
  const c = new Float32Array(memory.buffer, C, MANY * N);
  for (const layout of [F16, BF16, INT8, INT4, INT8 + SIXTEENS, INT4 + SIXTEENS + OFFSETS]) {
    writeWeight(memory, layout);
    for (const rows of takesFewRows && layout >= INT8 ? [FEW, MANY] : [MANY]) {
      const run = (kernel: Kernels["packedProducts"]) => {
        c.fill(0);
        kernel(A, B, C, rows, N, K, layout, (layout & OFFSETS) === 0 ? 3 : 0, 0, 0, rows, 32, 0, 3, SCRATCH);
        return c.slice();
      };
      const wrong = wrongNumber(run(packedProducts), run(known), rows === FEW ? 1e-5 : 0);
      if (wrong !== undefined) return `expected ${wrong.expected} at ${wrong.at} of layout ${layout}, got ${wrong.got}`;
    }
  }
  return undefined;
}

const [FEW, MANY, K, N] = [3, 21, 288, 75];
const [F16, BF16, INT8, INT4, SIXTEENS, OFFSETS] = [1, 2, 3, 4, 8, 16]; // as in assembly/weightFormat.ts

/** Whole numbers as halves; or codes of any kind, with scales and offsets from 1/16 to 1/2. */
function writeWeight(memory: WebAssembly.Memory, layout: number): void {
  const count = N * K;
  if (layout === F16 || layout === BF16) {
    // Of f16 the numbers 16, 17, ... 31 of either sign, of bf16 the numbers from 16 to 31.75.
    const halves = new Uint16Array(memory.buffer, B, count);
    for (let i = 0; i < count; i++) {
      const digits = (i * 5) % 17;
      halves[i] = ((i % 3) << 15) | (layout === F16 ? 0x4c00 | ((digits % 16) << 6) : 0x4180 | (digits * 4));
    }
    return;
  }
  const codes = (layout & 7) === INT4 ? 16 : 32; // words of a block
  const factors = 4 * ((layout & SIXTEENS) === 0 ? 1 : 2) * ((layout & OFFSETS) === 0 ? 1 : 2);
  const words = new Int32Array(memory.buffer, B, (Math.ceil(N / 4) * K * (codes + factors)) / 32);
  const floats = new Float32Array(memory.buffer, B, words.length);
  for (let i = 0; i < words.length; i++) {
    if (i % (codes + factors) < codes) words[i] = Math.imul(i + 1, 0x9e3779b1);
    else floats[i] = 2 ** ((i % 4) - 4);
  }
}
