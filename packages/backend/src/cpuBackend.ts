import * as tf from "@tensorflow/tfjs-core";
import { importCpu } from "./optionalPackages.ts";

/** Starts tfjs's cpu backend, without its greeting and with a gradient of gather that does not loop over the vocabulary. */
export async function startCpu(): Promise<void> {
  await importCpu();
  if (!(await tf.setBackend("cpu"))) {
    throw new Error("tfjs could not start it");
  }
  const backend = tf.backend() as unknown as CpuBackend;
  backend.firstUse = false; // else the first tensor in Node prints a banner
  if (tf.getKernel("UnsortedSegmentSum", "cpu")?.kernelFunc !== segmentSum) {
    tf.unregisterKernel("UnsortedSegmentSum", "cpu");
    tf.registerKernel({
      kernelName: "UnsortedSegmentSum",
      backendName: "cpu",
      kernelFunc: segmentSum,
    });
  }
}

/** The part of tfjs's cpu backend that is used here. */
interface CpuBackend {
  firstUse: boolean;
  readonly data: {
    get(dataId: object): { readonly values: ArrayLike<number> };
  };
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array | Int32Array): tf.TensorInfo;
}

const segmentSum: tf.KernelFunc = ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as {
    x: tf.TensorInfo;
    segmentIds: tf.TensorInfo;
  };
  const segments = (attrs as { numSegments?: number }).numSegments ?? 0;
  const { data } = backend as CpuBackend;
  const values = data.get(x.dataId).values;
  const ids = data.get(segmentIds.dataId).values;
  const width = ids.length === 0 ? tf.util.sizeFromShape(x.shape.slice(1)) : values.length / ids.length;
  const sums = x.dtype === "float32" ? new Float32Array(segments * width) : new Int32Array(segments * width);
  for (let row = 0; row < ids.length; row++) {
    const segment = ids[row] ?? -1;
    if (segment < 0 || segment >= segments) continue;
    for (let column = 0; column < width; column++) {
      const at = segment * width + column;
      sums[at] = (sums[at] ?? 0) + (values[row * width + column] ?? 0);
    }
  }
  return (backend as CpuBackend).makeTensorInfo([segments, ...x.shape.slice(segmentIds.shape.length)], x.dtype, sums);
};
