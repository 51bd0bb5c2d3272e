import type { Contestant } from "./race.ts";

/** transformers.js on ONNX Runtime in wasm, and on the native library. */
export function transformersJsPeers(module: URL, options: object): Contestant[] {
  return ["onnxruntime-web", "onnxruntime-node"].map((runtime) => ({
    label: `transformers.js on ${runtime}`,
    engine: { module, options: { ...options, package: runtime } },
  }));
}
