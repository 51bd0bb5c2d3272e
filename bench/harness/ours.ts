import type { Contestant } from "./race.ts";

/** What an engine of ours is told of the backend that it is to run on. */
export interface BackendChoice {
  readonly backend: "wasm" | "webgpu";
  readonly relaxedSimd: boolean;
  /** Whether vectors are to have 256 bits. */
  readonly wide?: boolean;
  /** Whether products are to be native. */
  readonly native?: boolean;
  readonly threads: number;
}

/** An engine of ours on each backend: relaxed SIMD, 256 bits from Node 24 on, native products, plain SIMD, and WebGPU on a real adapter. */
export function oursOnEachBackend(module: URL, threads: number, options: object = {}): Contestant[] {
  const on = (label: string, choice: BackendChoice, nodeFlags: readonly string[] = []): Contestant => ({
    label,
    engine: { module, options: { ...choice, ...options }, nodeFlags },
  });
  return [
    on("wasm", { backend: "wasm", relaxedSimd: true, threads }, RELAXED_SIMD_FLAGS),
    on("wasm-wide", { backend: "wasm", relaxedSimd: true, wide: true, threads }),
    on("wasm-native", { backend: "wasm", relaxedSimd: true, native: true, threads }, RELAXED_SIMD_FLAGS),
    on("wasm-plain", { backend: "wasm", relaxedSimd: false, threads }),
    on("webgpu", { backend: "webgpu", relaxedSimd: false, threads }),
  ];
}

/** Node 20 has relaxed SIMD behind a flag, later ones have it without. */
export const RELAXED_SIMD_FLAGS: readonly string[] = process.versions.node.startsWith("20.")
  ? ["--experimental-wasm-relaxed-simd"]
  : [];
