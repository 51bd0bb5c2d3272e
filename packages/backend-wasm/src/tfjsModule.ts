import { isNode } from "@qkv/backend";
import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { BackendWasmModule } from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js";
import tfjsFactory from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js";
import { keepingListeners } from "./hostListeners.ts";
import { withSharedMemory } from "./sharedMemory.ts";

const FILE = "tfjs-backend-wasm-simd.wasm";

/** Where the .wasm files of tfjs are: a folder's URL ending in a slash, or a URL for each file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

/**
 * tfjs's wasm backend, made of its build for one thread, whose memory our threads can share.
 *
 * tfjs has a build for threads as well. Its threads start from blob: URLs, which a strict page forbids, and only one of
 * its own kernels that is left here would use them.
 */
export async function createTfjsBackend(shared: boolean, paths: WasmPaths | undefined): Promise<BackendWasm> {
  const bytes = await readModule(paths);
  const module = await createModule(shared ? withSharedMemory(bytes) : bytes);
  refuseNull(module);
  return new BackendWasm(module as unknown as BackendWasmModule);
}

/** Emscripten's module, as far as it is used here; tfjs's own types show less. */
interface Module {
  _malloc: (bytes: number) => number;
  readonly _free: (address: number) => void;
  readonly cwrap: (name: string, returns: string | null, takes: readonly string[]) => unknown;
  tfjs: unknown;
}

type Factory = (options: {
  readonly wasmBinary: Uint8Array;
  readonly onAbort: (reason: unknown) => void;
  readonly printErr: (text: string) => void;
}) => Promise<Module>;

async function createModule(wasmBinary: Uint8Array): Promise<Module> {
  const factory = ((tfjsFactory as { default?: unknown }).default ?? tfjsFactory) as Factory; // bundlers differ
  const module = await new Promise<Module>((resolve, reject) => {
    const onAbort = (reason: unknown) => reject(new Error(`tfjs's wasm module stopped: ${String(reason)}`));
    const printErr = () => undefined; // it prints what it throws
    keepingListeners(() => factory({ wasmBinary, onAbort, printErr })).then(resolve, reject);
  });
  // What tfjs's own start adds: its functions under the names that BackendWasm calls.
  module.tfjs = {
    init: module.cwrap("init", null, []),
    initWithThreadsCount: module.cwrap("init_with_threads_count", null, ["number"]),
    getThreadsCount: module.cwrap("get_threads_count", "number", []),
    registerTensor: module.cwrap("register_tensor", null, ["number", "number", "number"]),
    disposeData: module.cwrap("dispose_data", null, ["number"]),
    dispose: module.cwrap("dispose", null, []),
  };
  return module;
}

/**
 * tfjs writes a tensor for which there is no memory left to address 0, over its own data, and takes the lower 32 bits
 * of a size that has more.
 */
function refuseNull(module: Module): void {
  module._free(module._malloc(1)); // at its first call emscripten puts another _malloc in the place of this one
  const allocate = module._malloc.bind(module);
  module._malloc = (bytes) => {
    const address = bytes < 2 ** 32 ? allocate(bytes) : 0;
    if (address === 0 && bytes !== 0)
      throw new RangeError(`wasm: out of memory, expected room for ${bytes} more bytes`);
    return address;
  };
}

async function readModule(paths: WasmPaths | undefined): Promise<Uint8Array> {
  const place = typeof paths === "string" ? `${paths}${FILE}` : paths?.[FILE];
  if (isNode()) {
    // Not import(): bundlers for pages would look for these modules.
    const { readFile } = process.getBuiltinModule("node:fs/promises");
    if (place !== undefined) return readFile(place.startsWith("file:") ? new URL(place) : place);
    const { resolve } = process.getBuiltinModule("node:module").createRequire(import.meta.url);
    return readFile(resolve(`@tensorflow/tfjs-backend-wasm/wasm-out/${FILE}`));
  }
  const response = await fetch(place ?? FILE, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`expected ${FILE} at ${response.url}, got ${response.status}; see wasmPaths`);
  return new Uint8Array(await response.arrayBuffer());
}
