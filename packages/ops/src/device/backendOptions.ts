import type { DeviceLostError } from "./deviceLostError.ts";
import type { Gpu } from "./gpu.ts";

/** What the wasm backend may be told. `@qkv/backend-wasm` reads it. */
export interface WasmOptions {
  /**
   * Where the .wasm files are, should the bundler not have taken them along: a folder's URL ending in a slash, with all
   * files of `@qkv/backend-wasm/wasm`, or a URL for each file.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** false keeps to plain SIMD where the engine has relaxed SIMD too. The first call decides. */
  readonly relaxedSimd?: boolean;
  /**
   * How many threads work, the calling one included. Default: one for each core, at most 8; at most 64 can be asked for; in a page only if it is
   * cross-origin isolated. Results do not depend on it, to the last bit.
   */
  readonly threads?: number;
  /** How long a part of a kernel must take, roughly, to be worth a thread, in nanoseconds. Default 15,000. */
  readonly leastPartNs?: number;
  /** Where a page finds kernelThread.js of `@qkv/backend-wasm`. Left out: where the bundler or the package put it. */
  readonly threadUrl?: string | URL;
}

/** What the webgpu backend may be told. `@qkv/backend-webgpu` reads it. */
export interface WebgpuOptions {
  /** Lets WebGPU run in software: right, and slower than wasm. Left out: only if webgpu is the one name asked for. */
  readonly allowSoftwareAdapter?: boolean;
  /** WebGPU from elsewhere than `navigator.gpu` and, in Node, the npm package webgpu: it becomes `navigator.gpu`. */
  readonly gpu?: Gpu;
  /** true multiplies in 16 bits inside attention, forwards only, where the adapter can: good to three digits. */
  readonly float16?: boolean;
  /** false keeps to shaders without subgroups where the adapter has them too. */
  readonly subgroups?: boolean;
  /**
   * Called once if the device is lost, runs out of memory or refuses work. Its tensors are gone, and whatever needs them
   * throws this error. Calling `initBackend` again makes a new device.
   */
  readonly onDeviceLost?: (error: DeviceLostError) => void;
}
