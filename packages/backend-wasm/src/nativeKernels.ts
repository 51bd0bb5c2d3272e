import { isNode } from "@qkv/ops";
import { type NativeKernels, startKernels } from "./kernelModule.ts";
import { packedFault } from "./packedTest.ts";
import { productFault, testMemory } from "./productTest.ts";

/** What the addon exports. */
interface Addon {
  attach(heap: Uint8Array): Omit<NativeKernels, "path">;
}

/**
 * Loads the native kernels, and tests them on a memory of their own.
 *
 * @param module the kernels of wasm, with which all but products of floats are compared
 *
 * @throws Error with the reason if there are none, or if a result comes out wrong
 */
export async function startNative(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<NativeKernels> {
  if (!isNode()) throw new Error("pages and edge workers load no native code");
  if (!((memory.buffer as ArrayBufferLike) instanceof SharedArrayBuffer)) {
    throw new Error("wasm was started without shared memory, whose address stays");
  }
  const { addonPath, layerFault } = await installed("@qkv/backend-native");
  const path = addonPath();
  const { attach } = process.getBuiltinModule("node:module").createRequire(path)(path) as Addon;
  const tried = testMemory(true);
  const native = attach(new Uint8Array(tried.buffer));
  const known = await startKernels(module, tried);
  const fault =
    productFault(native.products, tried) ??
    packedFault(native, known.packedProducts, tried) ??
    (native.attention === undefined ? undefined : layerFault(native, known, tried));
  if (fault !== undefined) throw new Error(`a native result came out wrong: ${fault}`);
  return { ...attach(new Uint8Array(memory.buffer)), path };
}

/** What the package exports. */
interface NativePackage {
  addonPath(): string;
  layerFault(native: object, known: object, memory: WebAssembly.Memory): string | undefined;
}

/** Imports the package. Its name is a parameter, or bundlers would try to bundle a native library. */
async function installed(name: string): Promise<NativePackage> {
  return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name).catch((cause: unknown) => {
    const { code, message } = cause as { readonly code?: string; readonly message?: string };
    const isMissing = code === "ERR_MODULE_NOT_FOUND";
    const reason = isMissing ? `npm install ${name}` : message?.split("\n")[0];
    throw new Error(`${name} is not ${isMissing ? "installed" : "to be loaded"}: ${reason}`, { cause });
  })) as NativePackage;
}
