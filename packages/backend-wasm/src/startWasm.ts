import type { WasmOptions } from "@qkv/backend";
import { setWasmPaths, type BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { Heap } from "./heap.ts";
import { registerArithmetic } from "./kernels/arithmetic.ts";
import { registerAttention } from "./kernels/attention.ts";
import { registerElements } from "./kernels/elements.ts";
import { registerLayout } from "./kernels/layout.ts";
import { registerMatMul } from "./kernels/matMul.ts";
import { registerRows } from "./kernels/rows.ts";

/** The backends that already have our kernels: a removed and restarted one is another. */
const started = new WeakSet<object>();

/** Starts tfjs's wasm backend with our kernels on its heap. Calling it again only makes wasm the current backend. */
export async function startWasm({ wasmPaths, relaxedSimd }: WasmOptions = {}): Promise<void> {
  // Not tf.findBackend: asking it starts the backend.
  if (tf.engine().registry["wasm"] === undefined) {
    if (wasmPaths !== undefined) setWasmPaths(wasmPaths);
    // Our kernels take memory that is not shared; and tfjs's threads start from blob: URLs, for ever where a page forbids them.
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  }
  if (!(await tf.setBackend("wasm"))) {
    throw new Error("tfjs could not start it");
  }
  const backend = tf.backend() as BackendWasm;
  if (started.has(backend)) return;
  const heap = await Heap.of(backend, relaxedSimd);
  registerMatMul(heap);
  registerArithmetic(heap);
  registerLayout(heap);
  registerRows(heap);
  registerElements(heap);
  registerAttention(heap);
  started.add(backend);
}
