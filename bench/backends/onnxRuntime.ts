import type * as Ort from "onnxruntime-web";

/** ONNX Runtime compiled to wasm, as pages use it; and as a native library. */
export type OnnxPackage = "onnxruntime-web" | "onnxruntime-node";

/** Loads a package of ONNX Runtime and says how its sessions get their threads. */
export async function openOnnxRuntime(name: OnnxPackage, threads: number) {
  const ort = (await import(name)) as typeof Ort;
  const { versions } = ort.env;
  if (name === "onnxruntime-web") ort.env.wasm.numThreads = threads;
  const sessionOptions: Ort.InferenceSession.SessionOptions =
    name === "onnxruntime-web"
      ? { executionProviders: ["wasm"], graphOptimizationLevel: "all" }
      : {
          executionProviders: ["cpu"],
          graphOptimizationLevel: "all",
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
        };
  return { ort, version: versions.web ?? versions.node ?? versions.common, sessionOptions };
}
