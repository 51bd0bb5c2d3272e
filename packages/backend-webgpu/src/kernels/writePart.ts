import type { WritePartAttrs } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { type Kernel, sizeOf, type Tensors } from "../kernel.ts";

/** QkvUnwritten: a buffer on the device, of whatever is in it. */
export const unwritten: Kernel = (backend, _inputs, attrs) => {
  const { shape, dtype } = attrs as Pick<tf.TensorInfo, "shape" | "dtype">;
  const x = backend.makeTensorInfo([...shape], dtype);
  try {
    if (sizeOf(x) === 0) backend.tensorMap.get(x.dataId).values = new Float32Array();
    else backend.uploadToGPU(x.dataId);
  } catch (error) {
    backend.disposeData(x.dataId);
    throw error;
  }
  return x;
};

/** QkvWritePart: straight into the buffer, before all work that is given to the device later. */
export const writePart: Kernel = (backend, inputs, attrs) => {
  const { x } = inputs as Tensors<"x">;
  const { start, length, fill } = attrs as WritePartAttrs;
  if (length === 0) return [];
  const part = backend.staging(length); // copied when it is given to the queue
  fill(part);
  backend.queue.writeBuffer(backend.tensorMap.get(x.dataId).resource as GPUBuffer, 4 * start, part);
  return [];
};
