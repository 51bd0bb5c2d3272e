import { initBackend } from "@qkv/backend";

/** Starts WebGPU on Dawn, a driver in software included. @throws Error with the reason if it does not start */
export async function startWebgpu(): Promise<void> {
  const { name, refused } = await initBackend("webgpu");
  if (name !== "webgpu") throw new Error(`expected webgpu, got ${name}: ${refused[0]?.reason ?? ""}`);
}
