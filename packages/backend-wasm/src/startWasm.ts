import type { WasmOptions } from "@qkv/ops";
import { withSharedMemory } from "./sharedMemory.ts";
import { startWith, type WasmReport } from "./startWith.ts";
import { type CompileWasm, readWasm } from "./wasmFiles.ts";

/**
 * Starts tfjs's wasm backend with our kernels on its heap, and threads that share it.
 *
 * Calling it again makes wasm the current backend, and changes the number of threads if `threads` differs. Calls wait
 * for one another.
 */
export function startWasm(options: WasmOptions = {}): Promise<WasmReport> {
  return startWith(compileFile, options);
}

const compileFile: CompileWasm = async (file, shared, paths) => {
  const bytes = await readWasm(file, paths);
  return WebAssembly.compile(shared ? withSharedMemory(bytes) : bytes);
};
