import { basename, dirname } from "node:path";
import { type OnnxPackage, openOnnxRuntime } from "./onnxRuntime.ts";

/** What opening a folder with transformers.js takes. */
export interface TransformersJsChoice {
  readonly folder: string;
  readonly package: OnnxPackage;
  readonly threads: number;
}

/** Loads transformers.js on one of the packages of ONNX Runtime; `openModel` opens the folder's model, `openPipeline` all of it. */
export async function loadTransformersJs({ folder, package: runtime, threads }: TransformersJsChoice) {
  const { ort, sessionOptions } = await openOnnxRuntime(runtime, threads);
  // In Node it would take the native library, and for the other one code from the internet, unless given a runtime.
  if (runtime === "onnxruntime-web") {
    ort.env.wasm.wasmPaths = import.meta.resolve("onnxruntime-web").replace(/[^/]*$/, "");
    Object.assign(globalThis, { [Symbol.for("onnxruntime")]: ort });
  }
  const library = await import("@huggingface/transformers");
  const { env, pipeline } = library;
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  // the session's options have the execution provider
  const opening = { device: "auto", session_options: sessionOptions } as const;
  const openModel = (
    Model: Pick<typeof library.PreTrainedModel, "from_pretrained">,
    dtype: "fp32" | "q8" | "uint8" | "q4" = "fp32",
  ) => Model.from_pretrained(basename(folder), { dtype, ...opening });
  const openPipeline = <Task extends "feature-extraction" | "text-classification">(task: Task) =>
    pipeline(task, basename(folder), { dtype: "fp32", ...opening });
  return { library, version: env.version, openModel, openPipeline };
}
