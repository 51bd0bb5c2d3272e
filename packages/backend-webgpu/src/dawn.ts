import type { Gpu } from "@qkv/ops";

/** WebGPU in Node: what a browser has as `navigator.gpu`, and the constants that it has as globals. */
export interface Dawn {
  readonly gpu: Gpu;
  readonly globals: object;
}

/**
 * Dawn, the WebGPU of Chromium, from the npm package webgpu where the application has it.
 *
 * @throws Error saying that the package is missing, or why it did not load
 */
export async function createDawn(): Promise<Dawn> {
  const { create, globals } = await load("webgpu");
  return { gpu: create([]), globals };
}

/** What is used of the npm package webgpu. */
interface DawnPackage {
  create(options: readonly string[]): Gpu;
  readonly globals: object;
}

/** The name comes from outside, or bundlers for browsers would look into a native library. */
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
