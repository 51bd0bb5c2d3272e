import type { Gpu } from "@qkv/ops";

/** WebGPU in Node: the `navigator.gpu` of a browser, and the constants that are globals there. */
export interface Dawn {
  readonly gpu: Gpu;
  readonly globals: object;
}

/**
 * Loads Dawn, the WebGPU of Chromium, from the npm package webgpu of the application.
 *
 * @throws Error if the package is missing, or with the reason why it did not load
 */
export async function createDawn(): Promise<Dawn> {
  const { create, globals } = await load("webgpu");
  return { gpu: create([]), globals };
}

/** The part of the npm package webgpu that is used here. */
interface DawnPackage {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

/** Loads a package. Its name is a parameter, or bundlers for browsers would try to bundle a native library. */
async function load(name: string): Promise<DawnPackage> {
  try {
    return (await import(/* webpackIgnore: true */ /* @vite-ignore */ name)) as DawnPackage;
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    throw new Error(
      code === "ERR_MODULE_NOT_FOUND"
        ? "Node has no navigator.gpu, and the npm package webgpu is not installed"
        : `the npm package webgpu could not be loaded: ${message?.split("\n")[0]}`,
      { cause: error },
    );
  }
}
