import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";

/**
 * Starts tfjs's own wasm backend as it is published. It has one thread: its threads do not start in Node.
 *
 * @returns the version of tfjs
 */
export async function startStockTfjs(): Promise<string> {
  if (!(await tf.setBackend("wasm"))) throw new Error("stock tfjs: expected its wasm backend to start");
  return tf.version_core;
}

/** Gives tfjs's wasm backend the gradient of gather that it lacks: a sum of rows by id. */
export function addSegmentSum(): void {
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as { numSegments?: number };
      const host = backend as BackendWasm;
      const width = x.shape.slice(1).reduce((product, size) => product * size, 1);
      const shape = [numSegments ?? 0, ...x.shape.slice(1)];
      const rows = host.readSync(x.dataId) as Float32Array;
      const ids = host.readSync(segmentIds.dataId) as Int32Array;
      const sums = new Float32Array(tf.util.sizeFromShape(shape));
      for (const [row, id] of ids.entries()) {
        for (let i = 0; i < width; i++)
          sums[id * width + i] = (sums[id * width + i] as number) + (rows[row * width + i] as number);
      }
      return { dataId: host.write(sums, shape, "float32"), shape, dtype: "float32" };
    },
  });
}
