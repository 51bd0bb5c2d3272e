/** Kernels of whole layers on one memory, native ones or wasm's, with the parameters that wasm's have. */
export interface LayerKernels {
  /** An activation, by its number, of elements: the last arguments are which, from and to, and scratch. */
  readonly activate: (...args: number[]) => void;
  /** Attention forwards of tiles of queries: the last arguments are which, from and to, and scratch. */
  readonly attention: (...args: number[]) => void;
}

/** The part of a WebAssembly.Memory that is used here: its type stands in the DOM's library, which programs of Node leave out. */
export interface KernelMemory {
  readonly buffer: ArrayBufferLike;
}

type Kernel = LayerKernels["activate"];

/** Plain SIMD rounds products and sums apart, and so may be this far from native kernels, as a share of the largest number. */
const ROUNDING = 1e-6;

/**
 * Says what of native activations and attention is not as the kernels `known` compute it; undefined if nothing is.
 *
 * @param memory of both, 2.5 MB or more, which is written over
 */
export function layerFault(native: LayerKernels, known: LayerKernels, memory: KernelMemory): string | undefined {
  return (
    activationFault(native.activate, known.activate, memory) ??
    attentionFault(native.attention, known.attention, memory)
  );
}

function activationFault(native: Kernel, known: Kernel, memory: KernelMemory): string | undefined {
  const [x, y] = [fill(memory, A, COUNT, 5), new Float32Array(memory.buffer, C, COUNT)];
  for (let i = 0; i < COUNT; i++) x[i] = (x[i] ?? 0) * 1.01 ** (i % 400);
  for (const kind of [0, 1, 2, 3, 4]) {
    const run = (kernel: Kernel) => {
      y.fill(0);
      kernel(kind, A, C, 0, CUT, SCRATCH);
      kernel(kind, A, C, CUT, COUNT, SCRATCH);
      return y.slice();
    };
    const wrong = difference(`activation ${kind}`, run(native), run(known));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Two heads over one of keys, whole tiles and parts of them, with all keys in sight, and with what moves or hides scores. */
function attentionFault(native: Kernel, known: Kernel, memory: KernelMemory): string | undefined {
  const [q, v, shape] = [A + 4 * ROOM * D, A + 8 * ROOM * D, B - 4 * SHAPE];
  const [bias, sinks, logSumExp] = [B + Q * K, B + Q * K + 4 * K, C + 4 * HEADS * Q * D];
  fill(memory, A, 3 * ROOM * D, 5);
  fill(memory, bias, K + HEADS, 11);
  new Uint8Array(memory.buffer, B, Q * K).forEach((_, i, mask) => (mask[i] = i % 5));
  const y = new Float32Array(memory.buffer, C, HEADS * Q * (D + 1));
  for (const isHidden of [false, true]) {
    const words = new Int32Array(memory.buffer, shape, SHAPE).fill(0);
    words.set([Q, K, D, HEADS]);
    new Float32Array(memory.buffer, shape, SHAPE)[4] = 0.02; // the scale
    if (isHidden) words.set([1, 0, 0, K, 1, 0, 0, 0, 1], 5); // causal; how far it is from one of mask and bias to the next
    words.set([HEADS, isHidden ? K - 40 : 0, 0, isHidden ? sinks : 0, 1, 0, ROOM], 18);
    const run = (kernel: Kernel) => {
      y.fill(0);
      const args = [shape, q, A, v, isHidden ? B : 0, isHidden ? bias : 0, C, logSumExp];
      kernel(...args, 0, 1, SCRATCH);
      kernel(...args, 1, HEADS * 2, SCRATCH);
      return y.slice();
    };
    const wrong = difference("attention", run(native), run(known));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

const [COUNT, CUT] = [1023, 508];
const [HEADS, Q, K, ROOM, D] = [2, 154, 270, 308, 20]; // heads of keys lie ROOM rows apart
const SHAPE = 26; // words of what is common to all heads
const [A, B, C, SCRATCH] = [2 ** 16, 2 ** 18, 2 ** 19, 2 ** 20];

/** Whole numbers from -8 to 8. */
function fill({ buffer }: KernelMemory, at: number, count: number, step: number): Float32Array {
  const values = new Float32Array(buffer, at, count);
  for (let i = 0; i < count; i++) values[i] = ((i * step) % 17) - 8;
  return values;
}

function difference(of: string, got: Float32Array, expected: Float32Array): string | undefined {
  const most = ROUNDING * Math.max(...expected.map(Math.abs));
  const at = expected.findIndex((value, i) => !(Math.abs((got[i] ?? Number.NaN) - value) <= most));
  return at < 0 ? undefined : `expected ${expected[at]} at ${at} of ${of}, got ${got[at]}`;
}
