import { basename, dirname } from "node:path";
import type { StartEngine } from "../../harness/engine.ts";
import { type OnnxPackage, openOnnxRuntime } from "../../backends/onnxRuntime.ts";
import { type DecodeWork, readSources } from "./work.ts";

export const start: StartEngine<DecodeWork & { package: OnnxPackage; threads: number }> = async (options) => {
  const { ort, sessionOptions } = await openOnnxRuntime(options.package, options.threads);
  // In Node it would take the native library, and for the other one code from the internet, unless given a runtime.
  if (options.package === "onnxruntime-web") {
    ort.env.wasm.wasmPaths = import.meta.resolve("onnxruntime-web").replace(/[^/]*$/, "");
    Object.assign(globalThis, { [Symbol.for("onnxruntime")]: ort });
  }
  const { env, MarianMTModel, Tensor } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  env.localModelPath = dirname(options.folder);
  const model = await MarianMTModel.from_pretrained(basename(options.folder), {
    dtype: "fp32",
    device: "auto", // the session's options have the execution provider
    session_options: sessionOptions,
  });
  const { ids: sources, maxNewTokens } = await readSources(options.folder);

  const run = async () => {
    const made: number[][] = [];
    for (const ids of sources) {
      const shape = [1, ids.length];
      const sequences = await model.generate({
        inputs: new Tensor("int64", BigInt64Array.from(ids, BigInt), shape),
        attention_mask: new Tensor("int64", new BigInt64Array(ids.length).fill(1n), shape),
        max_new_tokens: maxNewTokens,
      });
      made.push(Array.from((sequences as InstanceType<typeof Tensor>).data as BigInt64Array, Number));
    }
    return made;
  };
  const result = (await run()).flat();
  return { version: env.version, run, result: () => result, tokens: result.length - sources.length };
};
