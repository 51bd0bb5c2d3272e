import { BACKEND_NAMES, type BackendName, initBackend } from "@qkv/backend";
import { beforeAll, beforeEach, describe } from "vitest";

/** The backends that QKV_TEST_BACKENDS asks for, separated by commas; undefined if it is not set. */
const required = process.env["QKV_TEST_BACKENDS"]?.split(",");

/**
 * Runs one suite of tests on every backend: cpu, wasm, and webgpu where there is an adapter of real hardware.
 *
 * A backend that cannot be had fails its tests, except webgpu, whose tests are then counted as skipped. With
 * QKV_TEST_BACKENDS=webgpu the suite runs there alone, in software too, and webgpu may not be missing either.
 */
export function describeBackends(
  title: string,
  suite: (backend: BackendName) => void,
  backends: readonly BackendName[] = BACKEND_NAMES,
): void {
  const chosen = backends.filter((backend) => required?.includes(backend) ?? true);
  describe.each(chosen)(`${title} on %s`, (backend) => {
    let reason: string | undefined;
    beforeAll(async () => {
      const report = await initBackend(backend, { allowSoftwareAdapter: required !== undefined });
      if (report.name !== backend) reason = report.refused.find(({ name }) => name === backend)?.reason ?? report.name;
      if (reason !== undefined && (backend !== "webgpu" || required !== undefined))
        throw new Error(`expected ${backend}, got: ${reason}`);
    });
    beforeEach(({ skip }) => {
      if (reason !== undefined) skip(`no ${backend}: ${reason}`);
    });
    suite(backend);
  });
}
