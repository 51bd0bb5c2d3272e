// Replaces index.ts in edge workers (workerd, Cloudflare's runtime), which compile no bytes: a wasm module is imported.
import type { WasmOptions } from "@qkv/ops";
import plain from "../wasm/kernels.wasm";
import relaxed from "../wasm/kernels-relaxed.wasm";
import tfjs from "../wasm/tfjs-backend-wasm-simd.wasm";
import { startWith, type WasmReport } from "./startWith.ts";
import type { WasmFile } from "./wasmFiles.ts";

export type { Simd } from "./kernelModule.ts";
export type { WasmReport } from "./startWith.ts";

/** Starts tfjs's wasm backend with our kernels on its heap, in the one thread of an edge worker. */
export function startWasm(options: WasmOptions = {}): Promise<WasmReport> {
  return startWith((file) => Promise.resolve(MODULES[file]), options);
}

const MODULES: Readonly<Record<WasmFile, WebAssembly.Module>> = {
  "kernels-wide.wasm": relaxed, // which only Node asks for
  "tfjs-backend-wasm-simd.wasm": tfjs,
  "kernels.wasm": plain,
  "kernels-relaxed.wasm": relaxed,
};
