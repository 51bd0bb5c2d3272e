import { plainProduct, type WrongNumber, wrongNumber } from "@qkv/ops";
import type { Kernels } from "./kernelModule.ts";
import { ADD, RELU } from "./kernels/matMul.ts";

const [M, N, K] = [62, 139, 300]; // whole tiles and parts of tiles, and two passes over K
/** Where operands of tests begin: 192 kB for A, 256 for B, 500 for C. */
export const [A, B, C, BIAS, SCRATCH] = [2 ** 16, 2 ** 18, 2 ** 19, 2 ** 20 - 2 ** 12, 2 ** 20];

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
export function productTest(kernels: Pick<Kernels, "products">, memory: WebAssembly.Memory): ProductTest {
  const { a, b, c } = operands(memory);
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

/**
 * Says what is wrong with products of small whole numbers, of which each operand stands either way round, with a bias, on top of
 * what is there, and cut into parts; undefined if nothing is.
 */
export function productFault(products: Kernels["products"], memory: WebAssembly.Memory): string | undefined {
  const { a: standingA, b: standingB, c } = operands(memory);
  const [a, b, bias] = [standingA.slice(), standingB.slice(), fill(memory, BIAS, N, 3)];
  const shifted = plainProduct(a, b, K).map((sum, i) => Math.max(0, sum + (bias[i % N] ?? 0) + 1));
  for (const way of [0, 1, 2, 3]) {
    const [turnsA, turnsB] = [way % 2 === 1, way > 1];
    standingA.set(turnsA ? transposed(a, K) : a);
    standingB.set(turnsB ? transposed(b, K) : b);
    c.fill(1);
    const strides = [...(turnsA ? [1, M] : [K, 1]), ...(turnsB ? [N, 1] : [1, K])];
    products(A, B, C, 0, 0, M, N, K, ...strides, BIAS, ADD | RELU, M, 48, 0, Math.ceil(N / 48), SCRATCH);
    const wrong = wrongNumber(c, shifted, 0);
    if (wrong !== undefined) return `expected ${wrong.expected} at ${wrong.at}, got ${wrong.got}`;
  }
  return undefined;
}

function operands(memory: WebAssembly.Memory) {
  const c = new Float32Array(memory.buffer, C, M * N);
  return { a: fill(memory, A, M * K, 7), b: fill(memory, B, N * K, 5), c };
}

/** A copy of rows of `width`, as columns. */
function transposed(x: Float32Array, width: number): Float32Array {
  const height = x.length / width;
  return x.map((_, i) => x[(i % height) * width + Math.floor(i / height)] ?? 0);
}

/** Whole numbers from -8 to 8. */
export function fill(memory: WebAssembly.Memory, at: number, count: number, step: number): Float32Array {
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
