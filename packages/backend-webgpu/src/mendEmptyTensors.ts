import * as tf from "@tensorflow/tfjs-core";

/** Makes sums over nothing zeros on webgpu, and a softmax over nothing empty: tfjs divides 0 elements by 0 there. */
export function mendEmptyTensors(): void {
  zerosWhereEmpty("Sum", ({ shape }, attrs) => {
    const { axis, keepDims } = attrs as unknown as tf.SumAttrs;
    const axes = tf.util.parseAxisParam(axis, shape);
    return shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
  });
  zerosWhereEmpty("Softmax", ({ shape }) => shape);
}

const mended = new WeakSet<tf.KernelFunc>();

/** Replaces tfjs's kernel by one that fills `shapeOf` with zeros where its input is empty. */
function zerosWhereEmpty(
  kernelName: string,
  shapeOf: (input: tf.TensorInfo, attrs: tf.NamedAttrMap | undefined) => number[],
): void {
  const [own, fill] = [tf.getKernel(kernelName, "webgpu"), tf.getKernel("Fill", "webgpu")];
  if (own === undefined || fill === undefined || mended.has(own.kernelFunc)) return;
  const kernelFunc: tf.KernelFunc = (call) => {
    const [input] = Object.values(call.inputs) as tf.TensorInfo[];
    if (input === undefined || !input.shape.includes(0)) return own.kernelFunc(call);
    const attrs = { shape: shapeOf(input, call.attrs), value: 0, dtype: "float32" as const };
    return fill.kernelFunc({ inputs: {}, attrs, backend: call.backend });
  };
  mended.add(kernelFunc);
  tf.unregisterKernel(kernelName, "webgpu");
  tf.registerKernel({ ...own, kernelFunc });
}
