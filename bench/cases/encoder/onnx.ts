import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StartEngine } from "../../harness/engine.ts";
import { type OnnxPackage, openOnnxRuntime } from "../../backends/onnxRuntime.ts";
import { type EncoderSize, inputOf } from "./size.ts";

export const start: StartEngine<EncoderSize & { package: OnnxPackage; threads: number }> = async (options) => {
  const { ort, version, sessionOptions } = await openOnnxRuntime(options.package, options.threads);
  const model = new Uint8Array(await readFile(join(options.folder, "encoder.onnx")));
  const session = await ort.InferenceSession.create(model, sessionOptions);
  const x = new ort.Tensor("float32", inputOf(options), [1, options.length, options.dModel]);

  const run = async () => (await session.run({ x }))["y"]?.data as Float32Array;
  return { version, run, result: async () => [...(await run())] };
};
