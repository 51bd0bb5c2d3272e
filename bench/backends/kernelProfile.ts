import * as tf from "@tensorflow/tfjs-core";
import { gpuProfile } from "./gpuProfile.ts";

/** What all calls of one kernel came to. */
interface Spent {
  ms: number;
  calls: number;
  /** Multiplications and additions of products. */
  operations: number;
}

/** One run of the work: all of its time, and what its kernels took of it. */
interface Pass {
  readonly ms: number;
  readonly spent: ReadonlyMap<string, Spent>;
}

const PASSES_MS = 3000;

/**
 * Runs `work` again and again with every kernel of the current backend timed from outside, and tells of the fastest run:
 * the one that the rest of the machine disturbed least.
 *
 * On webgpu it is `gpuProfile` that tells, since a call only hands work over.
 *
 * @returns a line for each kernel, the slowest first; the rest is what tfjs and the modules cost around them
 */
export async function kernelProfile(work: () => Promise<unknown>): Promise<string[]> {
  if (tf.getBackend() === "webgpu") return gpuProfile(work);
  await work(); // everything is compiled and allocated
  let fastest = await timedPass(work);
  const end = performance.now() + PASSES_MS;
  while (performance.now() < end) {
    const pass = await timedPass(work);
    if (pass.ms < fastest.ms) fastest = pass;
  }

  const { ms, spent } = fastest;
  const sorted = [...spent].sort(([, a], [, b]) => b.ms - a.ms);
  const inKernels = sorted.reduce((sum, [, { ms }]) => sum + ms, 0);
  const calls = sorted.reduce((sum, [, { calls }]) => sum + calls, 0);
  return [
    ...sorted.map(([name, one]) => line(name, one, ms)),
    line("outside of kernels", { ms: ms - inKernels, calls, operations: 0 }, ms),
    line("all", { ms, calls, operations: 0 }, ms),
  ];
}

async function timedPass(work: () => Promise<unknown>): Promise<Pass> {
  const spent = new Map<string, Spent>();
  const restore = timeKernels(spent);
  const from = performance.now();
  await work();
  const ms = performance.now() - from;
  restore();
  return { ms, spent };
}

function line(name: string, { ms, calls, operations }: Spent, total: number): string {
  const rate = operations === 0 ? "" : `  ${(operations / ms / 1e6).toFixed(1)} GFLOP/s`;
  const share = `${((100 * ms) / total).toFixed(1)} %`;
  return `${ms.toFixed(1).padStart(9)} ms ${share.padStart(7)} ${String(calls).padStart(6)} x ${name.padEnd(24)}${rate}`;
}

function timeKernels(spent: Map<string, Spent>): () => void {
  const kernels = tf.getKernelsForBackend(tf.getBackend());
  const before = kernels.map(({ kernelFunc }) => kernelFunc);
  let depth = 0; // a kernel may call another: the outer one's time holds both
  for (const kernel of kernels) {
    const { kernelName, kernelFunc } = kernel;
    kernel.kernelFunc = (call) => {
      const from = performance.now();
      depth++;
      try {
        return kernelFunc(call);
      } finally {
        if (--depth === 0) {
          const sum = spent.get(kernelName) ?? { ms: 0, calls: 0, operations: 0 };
          sum.ms += performance.now() - from;
          sum.calls++;
          sum.operations += operationsOf(kernelName, call.inputs as Record<string, tf.TensorInfo>, call.attrs ?? {});
          spent.set(kernelName, sum);
        }
      }
    };
  }
  return () => kernels.forEach((kernel, i) => (kernel.kernelFunc = before[i] ?? kernel.kernelFunc));
}

const size = ({ shape }: tf.TensorInfo) => tf.util.sizeFromShape(shape);
const last = ({ shape }: tf.TensorInfo) => shape.at(-1) ?? 1;

function operationsOf(kernel: string, inputs: Record<string, tf.TensorInfo>, attrs: object): number {
  const { a, b, x, weight, q, k } = inputs;
  if (kernel === "BatchMatMul" && a !== undefined && b !== undefined) {
    const { transposeB } = attrs as { transposeB?: boolean };
    const columns = (transposeB ? b.shape.at(-2) : b.shape.at(-1)) ?? 1;
    return 2 * size(a) * columns;
  }
  if (kernel === "QkvLinear" && x !== undefined && weight !== undefined) return 2 * size(x) * (weight.shape[0] ?? 1);
  if (q === undefined || k === undefined) return 0;
  const products = kernel === "QkvAttention" ? 2 : kernel === "QkvAttentionGradient" ? 5 : 0;
  return (products * 2 * (size(q) / last(q)) * size(k)) / ((k.shape[0] ?? 1) * (k.shape[1] ?? 1));
}
