import * as tf from "@tensorflow/tfjs-core";

/** A kernel's name and its time by timestamp queries, as tfjs's webgpu backend hands them out. */
interface GpuTimes {
  readonly kernelMs: number | { readonly error: string };
  readonly getExtraProfileInfo?: () => string;
}

/**
 * Runs `work` with every dispatch timed by timestamp queries on the GPU: of what it gives the GPU before it first waits.
 *
 * @returns a line for each kernel, the slowest first, and one with the sum; one that says why there are none
 */
export async function gpuProfile(work: () => Promise<unknown>): Promise<string[]> {
  await work(); // everything is compiled
  const backend = tf.backend() as unknown as { time(run: () => void): Promise<GpuTimes> };
  let done: Promise<unknown> = Promise.resolve();
  const { kernelMs, getExtraProfileInfo } = await backend.time(() => void (done = work()));
  await done;
  if (typeof kernelMs !== "number") return [`no timestamp queries: ${kernelMs.error}`];
  const times = new Map<string, { ms: number; calls: number }>();
  for (const part of (getExtraProfileInfo?.() ?? "").split(", ")) {
    const [name = "", ms] = part.split(": ");
    if (ms === undefined) continue;
    const sum = times.get(name) ?? { ms: 0, calls: 0 };
    times.set(name, { ms: sum.ms + Number.parseFloat(ms), calls: sum.calls + 1 });
  }
  const sorted = [...times].sort(([, a], [, b]) => b.ms - a.ms);
  return [
    ...sorted.map(([name, { ms, calls }]) => `${ms.toFixed(3).padStart(9)} ms ${String(calls).padStart(6)} x ${name}`),
    `${kernelMs.toFixed(3).padStart(9)} ms on the GPU`,
  ];
}
