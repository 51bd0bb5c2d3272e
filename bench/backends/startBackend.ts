import { initBackend } from "@qkv/backend";
import { Unavailable } from "../harness/engine.ts";
import type { BackendChoice } from "../harness/ours.ts";

/** Starts the backend that a contestant is to run on, and no other. */
export async function startBackend({ backend, relaxedSimd, threads }: BackendChoice): Promise<void> {
  if (backend === "webgpu") {
    const { create, globals } = await import("webgpu");
    Object.assign(globalThis, globals);
    await check(initBackend("webgpu", { allowSoftwareAdapter: false, gpu: create([]) }), backend);
  } else {
    await check(initBackend("wasm", { relaxedSimd, threads }), backend);
  }
}

async function check(starting: ReturnType<typeof initBackend>, wanted: string): Promise<void> {
  const { name, refused } = await starting;
  if (name !== wanted) throw new Unavailable(refused.map(({ reason }) => reason).join("; "));
}
