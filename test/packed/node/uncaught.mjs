import { initBackend } from "@qkv/backend";

await initBackend("wasm");
throw new Error("nobody caught this");
