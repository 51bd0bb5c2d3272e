import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type * as Ort from "onnxruntime-web";
import { type Engine, type StartEngine, Unavailable } from "../../harness/engine.ts";
import { type EncoderSize, inputOf } from "./size.ts";

/** ONNX Runtime's WebGPU on the Dawn of the npm package webgpu; `patience` is for the first run, in milliseconds. */
export const start: StartEngine<EncoderSize & { patience: number }> = async ({ patience, ...options }) => {
  const late = new Promise<never>((_, reject) =>
    setTimeout(() => reject(new Error(`no result within ${patience / 1000} seconds`)), patience).unref(),
  );
  try {
    return await Promise.race([open(options), late]);
  } catch (error) {
    throw new Unavailable(error instanceof Error ? error.message : String(error));
  }
};

async function open(options: EncoderSize): Promise<Engine> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  const gpu = withCopies(create([]));
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "Node" }, configurable: true });
  const name = "onnxruntime-web/webgpu"; // in a variable: it has no types here
  const ort = (await import(name)) as typeof Ort;
  ort.env.wasm.numThreads = 1;
  const model = new Uint8Array(await readFile(join(options.folder, "encoder.onnx")));
  const session = await ort.InferenceSession.create(model, { executionProviders: ["webgpu"] });
  const x = new ort.Tensor("float32", inputOf(options), [1, options.length, options.dModel]);
  const run = async () => (await (await session.run({ x }))["y"]?.getData()) as Float32Array;
  await run();
  const { versions } = ort.env;
  return {
    ...(versions.web !== undefined && { version: versions.web }),
    run,
    result: async () => [...(await run())],
  };
}

/** Copies what is written to buffers: the runtime's memory is shared with threads, which Dawn in Node refuses. */
function withCopies(gpu: GPU): GPU {
  const requestAdapter = gpu.requestAdapter.bind(gpu);
  gpu.requestAdapter = async (options) => {
    const adapter = await requestAdapter(options);
    const requestDevice = adapter?.requestDevice.bind(adapter);
    if (adapter === null || requestDevice === undefined) return adapter;
    adapter.requestDevice = async (descriptor) => {
      const device = await requestDevice(descriptor);
      const write = device.queue.writeBuffer.bind(device.queue);
      device.queue.writeBuffer = (buffer, offset, data, from = 0, size) =>
        write(buffer, offset, Uint8Array.from((data as Uint8Array).subarray(from, size && from + size)));
      return device;
    };
    return adapter;
  };
  return gpu;
}
