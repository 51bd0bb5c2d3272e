import type { DeviceLostError } from "./deviceLostError.ts";
import type { Gpu } from "./gpu.ts";

/** Options of the wasm backend, for `@qkv/backend-wasm`. */
export interface WasmOptions {
  /**
   * Location of the .wasm files, if the bundler did not include them: a folder's URL ending in a slash, with all files
   * of `@qkv/backend-wasm/wasm`, or a URL for each file.
   */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** Whether kernels use relaxed SIMD where the engine has it; false: plain SIMD. The first call decides. */
  readonly relaxedSimd?: boolean;
  /**
   * Whether Node may use what its engine calls experimental, after a test: 256-bit vectors from Node 24 on (x64), relaxed
   * SIMD in Node 20. Results are those of relaxed SIMD to the bit. It sets a flag of V8 for the whole process; pages have
   * none. The first call decides.
   */
  readonly wide?: boolean;
  /**
   * Whether Node takes products from native kernels, those of the package `@qkv/backend-native` if it is installed: AVX2 or
   * AVX-512, or NEON. Results are those of relaxed SIMD to the bit. The first call decides.
   */
  readonly native?: boolean;
  /**
   * Number of threads, the calling one included. Default: one for each core, at most 8. The limit is 64. A page must be
   * cross-origin isolated for more than one. Results do not depend on it, to the last bit.
   */
  readonly threads?: number;
  /** Estimated nanoseconds from which a part of a kernel is worth a thread. Default 15,000. */
  readonly minTaskNanoseconds?: number;
  /** URL of kernelThread.js of `@qkv/backend-wasm`, for a page. Default: where the bundler or the package put it. */
  readonly threadUrl?: string | URL;
}

/** Options of the webgpu backend, for `@qkv/backend-webgpu`. */
export interface WebgpuOptions {
  /**
   * Whether a software adapter is allowed: correct, and slower than wasm. Default: only if webgpu is the one name asked
   * for.
   */
  readonly allowSoftwareAdapter?: boolean;
  /**
   * WebGPU object to use instead of `navigator.gpu` and, in Node, the npm package webgpu: it becomes `navigator.gpu`.
   */
  readonly gpu?: Gpu;
  /** Whether attention multiplies in 16 bits, in the forward pass only, where the adapter can: good to three digits. */
  readonly float16?: boolean;
  /** Whether shaders use subgroups where the adapter has them. */
  readonly subgroups?: boolean;
  /**
   * Called once if the device is lost, runs out of memory or refuses work. Its tensors are gone, and operations on them
   * throw this error. Calling `initBackend` again makes a new device.
   */
  readonly onDeviceLost?: (error: DeviceLostError) => void;
}
