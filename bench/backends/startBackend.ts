import { type BackendReport, initBackend } from "@qkv/backend";
import { Unavailable } from "../harness/engine.ts";
import type { BackendChoice } from "../harness/ours.ts";

/** Starts the backend that a contestant is to run on, and no other. */
export async function startBackend({
  backend,
  relaxedSimd,
  wide = false,
  native = false,
  threads,
}: BackendChoice): Promise<void> {
  if (backend === "webgpu") {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    await check(
      initBackend("webgpu", { allowSoftwareAdapter: process.env["QKV_BENCH_SOFTWARE"] === "1", gpu: create([]) }),
      backend,
    );
  } else {
    const report = await check(initBackend("wasm", { relaxedSimd, wide, native, threads }), backend);
    if (wide && report.simd !== "wide") throw new Unavailable(report.simdFallbackReason ?? `${report.simd} SIMD`);
    if (native && report.native === undefined)
      throw new Unavailable(report.nativeFallbackReason ?? "no native kernels");
    if (report.threads !== threads) throw new Unavailable(`${report.threads} threads: ${report.threadsFallbackReason}`);
  }
}

async function check(starting: Promise<BackendReport>, wanted: string): Promise<BackendReport> {
  const report = await starting;
  if (report.name !== wanted) throw new Unavailable(report.refused.map(({ reason }) => reason).join("; "));
  return report;
}
