import { basename, dirname } from "node:path";
import { type OnnxPackage, openOnnxRuntime } from "./onnxRuntime.ts";

/** What opening a folder with transformers.js takes. */
export interface TransformersJsChoice {
  readonly folder: string;
  readonly package: OnnxPackage;
  readonly threads: number;
}

/** Loads transformers.js on one of the packages of ONNX Runtime; `openModel` opens the folder's model. */
export async function loadTransformersJs({ folder, package: runtime, threads }: TransformersJsChoice) {
  const { ort, sessionOptions } = await openOnnxRuntime(runtime, threads);
  // In Node it would take the native library, and for the other one code from the internet, unless given a runtime.
  if (runtime === "onnxruntime-web") {
    ort.env.wasm.wasmPaths = import.meta.resolve("onnxruntime-web").replace(/[^/]*$/, "");
    Object.assign(globalThis, { [Symbol.for("onnxruntime")]: ort });
  }
  const { env, LlamaForCausalLM, MarianMTModel, ViTForImageClassification, Tensor } =
    await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  const openModel = (
    Model: typeof LlamaForCausalLM | typeof MarianMTModel | typeof ViTForImageClassification,
    dtype: "fp32" | "q8" | "uint8" | "q4" = "fp32",
  ) =>
    Model.from_pretrained(basename(folder), {
      dtype,
      device: "auto", // the session's options have the execution provider
      session_options: sessionOptions,
    });
  return { version: env.version, Tensor, LlamaForCausalLM, MarianMTModel, ViTForImageClassification, openModel };
}
