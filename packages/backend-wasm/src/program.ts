import type * as tf from "@tensorflow/tfjs-core";
import type { Heap, Work } from "./heap.ts";
import { mayBlock } from "./threadPool.ts";

/** The kernels that a program may contain, in the order of their numbers in assembly/program.ts. */
const PROGRAM_KERNELS = [
  "products",
  "attention",
  "layerNorm",
  "activate",
  "appendHeads",
  "mergeHeads",
  "copy", // from, to
  "rmsNorm",
  "rotate",
  "add",
  "multiply",
  "packedProducts",
  "nativeProducts", // from here on steps of @qkv/backend-native, in the order of its numbers
  "nativePackedProducts",
  "nativeActivate",
  "nativeAttention",
] as const;

/** The name of a kernel that a program may use. Its arguments are those of its function in assembly/. */
export type ProgramKernel = (typeof PROGRAM_KERNELS)[number];

/** Offset of each number of a step: 32-bit words, then 64-bit floats from word `arguments` on. */
const STEP = { kernel: 0, after: 1, parts: 2, units: 3, grain: 4, claim: 5, arguments: 8, words: 48 } as const;

const MOST_ARGUMENTS = (STEP.words - STEP.arguments) / 2;

const FIRST_STEP = 16; // words: the count of finished parts, and whether threads may sleep, on their own cache line

// Threads that are at work already meet within a fraction of a microsecond.
const LEAST_PART_NS = 1500;
const PARTS_A_THREAD = 2;

/**
 * Kernels that run one after another in a single call, for a layer, without returning to JavaScript and the engine
 * between them. A step begins when all before it are done, unless it may run beside the last one.
 */
export class Program {
  readonly heap: Heap;
  readonly #steps: { kernel: number; after: number; parts: number; units: number; grain: number; args: number[] }[] =
    [];
  #parts = 0;
  #nanoseconds = 0;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** The best number of parts for a step of so many nanoseconds: a multiple of the threads, where it is long enough. */
  partsFor(nanoseconds: number): number {
    const threads = this.heap.pool?.size ?? 1;
    const most = Math.max(1, Math.floor(nanoseconds / Math.min(LEAST_PART_NS, this.heap.minTaskNanoseconds)));
    return most < threads ? most : threads * Math.min(PARTS_A_THREAD, Math.floor(most / threads));
  }

  /** Adds a step; `beside`: it does not need the step before it, and waits for the same steps as that one. */
  add(kernel: ProgramKernel, args: number[], { units, cost, multiple = 1 }: Work, beside = false): void {
    const grain = Math.ceil(units / this.partsFor(units * cost) / multiple) * multiple;
    const parts = Math.ceil(units / grain);
    if (args.length > MOST_ARGUMENTS) throw new RangeError(`Program: expected at most ${MOST_ARGUMENTS} arguments`);
    const after = beside ? (this.#steps.at(-1)?.after ?? 0) : this.#parts;
    this.#steps.push({ kernel: PROGRAM_KERNELS.indexOf(kernel), after, parts, units, grain, args });
    this.#parts += parts;
    this.#nanoseconds += units * cost;
  }

  /** Runs all steps. @param scratch bytes that a thread needs */
  run(scratch: number): void {
    const heap = this.heap;
    const block: tf.TensorInfo = heap.output([FIRST_STEP + this.#steps.length * STEP.words], "int32");
    try {
      const at = heap.at(block);
      this.#write(at);
      const threads = heap.pool?.size ?? 1;
      const args = [at + FIRST_STEP * 4, this.#steps.length, at];
      heap.run("program", args, { units: threads, cost: this.#nanoseconds / threads, scratch });
    } finally {
      heap.backend.disposeData(block.dataId);
    }
  }

  #write(at: number): void {
    const { buffer } = this.heap.memory;
    const words = new Int32Array(buffer, at, FIRST_STEP + this.#steps.length * STEP.words);
    const numbers = new Float64Array(buffer, at, words.length / 2);
    words[0] = 0;
    words[1] = mayBlock() ? 1 : 0;
    this.#steps.forEach(({ kernel, after, parts, units, grain, args }, i) => {
      const step = FIRST_STEP + i * STEP.words;
      words[step + STEP.kernel] = kernel;
      words[step + STEP.after] = after;
      words[step + STEP.parts] = parts;
      words[step + STEP.units] = units;
      words[step + STEP.grain] = grain;
      words[step + STEP.claim] = 0;
      numbers.set(args, (step + STEP.arguments) / 2);
    });
  }
}
