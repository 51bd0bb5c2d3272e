import { initBackend } from "@qkv/backend";

/** Starts the backend that holds weights in few bits. @throws Error if it is not there */
export async function startWasm(): Promise<void> {
  const { name, refused } = await initBackend("wasm");
  if (name !== "wasm") throw new Error(`expected wasm to hold the codes, got ${name}: ${refused[0]?.reason ?? ""}`);
}
