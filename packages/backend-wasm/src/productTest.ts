import { plainProduct, type WrongNumber, wrongNumber } from "@qkv/ops";
import type { Kernels } from "./kernelModule.ts";

const [M, N, K] = [62, 139, 300]; // whole tiles and parts of tiles, and two passes over K
const [A, B, C, SCRATCH] = [2 ** 16, 2 ** 18, 2 ** 19, 2 ** 20];

/** 128 kB more than the product and its scratch need. */
const PAGES = 40;

/** How long to wait for V8 to optimize what was called often, in milliseconds. */
const PATIENCE = 2000;

/** A product of small whole numbers, which is exact in any order of its sums. */
export interface ProductTest {
  /** Runs it once, and gives nanoseconds. */
  readonly run: () => number;
  /** The number that came out wrong in a run so far, if one did. */
  readonly wrong: () => WrongNumber | undefined;
}

/** The memory of a test. */
export function testMemory(shared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: PAGES, maximum: PAGES, shared });
}

/** Prepares a product of `kernels` on `memory`. */
export function productTest(kernels: Kernels, memory: WebAssembly.Memory): ProductTest {
  const a = fill(memory, A, M * K, 7);
  const b = fill(memory, B, N * K, 5);
  const c = new Float32Array(memory.buffer, C, M * N);
  const expected = plainProduct(a, b, K);
  let wrong: WrongNumber | undefined;
  return {
    run: () => {
      c.fill(Number.NaN);
      const start = performance.now();
      kernels.products(A, B, C, 0, 0, M, N, K, K, 1, 1, K, 0, 0, M, N, 0, 1, SCRATCH);
      const time = performance.now() - start;
      wrong ??= wrongNumber(c, expected, 0);
      return time * 1e6;
    },
    wrong: () => wrong,
  };
}

/** Whole numbers from -8 to 8. */
function fill(memory: WebAssembly.Memory, at: number, count: number, step: number): Float32Array {
  const values = new Float32Array(memory.buffer, at, count);
  for (let i = 0; i < count; i++) values[i] = ((i * step) % 17) - 8;
  return values;
}

/**
 * Checks that `tried` computes what is right, and faster than `known`, once V8 has optimized both.
 *
 * @throws Error that says what is wrong
 */
export async function requireFaster(tried: ProductTest, known: ProductTest): Promise<void> {
  const best = { tried: Infinity, known: Infinity };
  const end = performance.now() + PATIENCE;
  do {
    for (let i = 0; i < 5; i++) {
      best.tried = Math.min(best.tried, tried.run());
      best.known = Math.min(best.known, known.run());
    }
    const wrong = tried.wrong();
    if (wrong !== undefined) {
      throw new Error(`a product came out wrong on it: expected ${wrong.expected} at ${wrong.at}, got ${wrong.got}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 1)); // so that what V8 compiles beside this is taken
  } while (best.tried * GAIN > best.known && performance.now() < end);
  if (best.tried * GAIN > best.known) throw new Error("products are no faster on it");
}

/** Less than what 256 bits gain, 1.4 to 1.9, and relaxed SIMD, 1.2 to 1.3. */
const GAIN = 1.1;
