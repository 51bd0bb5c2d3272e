import { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { BackendWasmModule } from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js";
import tfjsFactory from "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js";
import { withoutProcess } from "./withoutProcess.ts";

/**
 * Creates tfjs's wasm backend from its build for one thread, with memory that our threads can share if `compiled` has
 * it.
 *
 * tfjs has a build for threads as well. Its threads start from blob: URLs, which a strict page forbids, and only one of
 * its own kernels that is left here would use them.
 */
export async function createTfjsBackend(compiled: WebAssembly.Module): Promise<BackendWasm> {
  const module = await createModule(compiled);
  refuseNull(module);
  return new BackendWasm(module as unknown as BackendWasmModule);
}

/** The part of emscripten's module that is used here, which tfjs's types lack. */
interface Module {
  _malloc: (bytes: number) => number;
  readonly _free: (address: number) => void;
  readonly cwrap: (name: string, returns: string | null, takes: readonly string[]) => unknown;
  tfjs: unknown;
}

type Receive = (instance: WebAssembly.Instance, module: WebAssembly.Module) => void;

type Factory = (options: {
  readonly instantiateWasm: (imports: WebAssembly.Imports, receive: Receive) => object;
  readonly onAbort: (reason: unknown) => void;
  readonly printErr: (text: string) => void;
}) => Promise<Module>;

async function createModule(compiled: WebAssembly.Module): Promise<Module> {
  const factory = ((tfjsFactory as { default?: unknown }).default ?? tfjsFactory) as Factory; // bundlers differ
  const module = await new Promise<Module>((resolve, reject) => {
    const onAbort = (reason: unknown) => reject(new Error(`tfjs's wasm module stopped: ${String(reason)}`));
    const printErr = () => undefined; // it prints the errors that it throws
    const instantiateWasm = (imports: WebAssembly.Imports, receive: Receive) => {
      WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled), reject);
      return {}; // emscripten's way to defer
    };
    withoutProcess(() => factory({ instantiateWasm, onAbort, printErr })).then(resolve, reject);
  });
  // Added by tfjs's own start: its functions under the names that BackendWasm calls.
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
 * Refuses an allocation that fails: tfjs would write the tensor to address 0, over its own data, and takes the lower 32
 * bits of a size that has more.
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
