import { BACKEND_NAMES, type BackendName, type BackendOptions, initBackend } from "@qkv/backend";
import { beforeAll, beforeEach, describe, test } from "vitest";

/** The backends that QKV_TEST_BACKENDS asks for, separated by commas; undefined if it is not set. */
const required = process.env["QKV_TEST_BACKENDS"]?.split(",");

/** Options to start a backend, by the name of the suite. */
const WAYS: Readonly<Record<BackendName, Readonly<Record<string, BackendOptions>>>> = {
  webgpu: { webgpu: {} },
  wasm: {
    wasm: { threads: 1 },
    // Three threads on any machine, and each operation cut into as many parts as possible.
    "wasm with threads": { threads: 3, minTaskNanoseconds: 1 },
  },
  cpu: { cpu: {} },
};

/** The SIMD that wasm's kernels must use, wide, relaxed or plain, or native kernels; undefined for the best SIMD there is. */
const simd = process.env["QKV_TEST_SIMD"];

/**
 * Runs one suite of tests on every backend: cpu, wasm without and with threads, and webgpu where there is an adapter of
 * real hardware.
 *
 * A backend that cannot start fails its tests, except webgpu, whose tests are then counted as skipped. With
 * QKV_TEST_BACKENDS=webgpu the suite runs there alone, in software too, and webgpu may not be missing either.
 */
export function describeBackends(
  title: string,
  suite: (backend: BackendName) => void,
  backends: readonly BackendName[] = BACKEND_NAMES,
): void {
  const chosen = backends.filter((backend) => required?.includes(backend) ?? true);
  const ways = chosen.flatMap((backend) => Object.entries(WAYS[backend]).map((way) => [backend, ...way] as const));
  const cases = ways.map(([backend, name, options]) => ({ backend, name, options }));
  if (cases.length === 0) {
    // A file without a test counts as broken.
    describe.skip(`${title}, which is for ${backends.join(", ")}`, () => test("is not run here", () => undefined));
  }
  describe.each(cases)(`${title} on $name`, ({ backend, options }) => {
    let reason: string | undefined;
    beforeAll(async () => {
      const report = await initBackend(backend, {
        ...options,
        relaxedSimd: simd !== "plain",
        wide: simd === "wide",
        native: simd === "native",
        allowSoftwareAdapter: required !== undefined,
      });
      if (report.name !== backend) reason = report.refused.find(({ name }) => name === backend)?.reason ?? report.name;
      if (backend === "wasm" && simd === "native" && report.native === undefined)
        throw new Error(`expected native kernels, got none: ${report.nativeFallbackReason}`);
      if (backend === "wasm" && simd !== undefined && simd !== "native" && report.simd !== simd)
        throw new Error(`expected ${simd} SIMD, got ${report.simd}`);
      if (reason !== undefined && (backend !== "webgpu" || required !== undefined))
        throw new Error(`expected ${backend}, got: ${reason}`);
    });
    beforeEach(({ skip }) => {
      if (reason !== undefined) skip(`no ${backend}: ${reason}`);
    });
    suite(backend);
  });
}
