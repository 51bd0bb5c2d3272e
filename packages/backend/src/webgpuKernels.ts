import * as tf from "@tensorflow/tfjs-core";

/**
 * Lets products and sums over nothing be zeros on webgpu, and a softmax over nothing nothing, as on every other backend.
 *
 * tfjs hands their empty buffers to the GPU, which refuses them, and with them whatever work was sent along.
 */
export function registerWebgpuKernels(): void {
  zerosWhereEmpty("BatchMatMul", productShape);
  zerosWhereEmpty("Sum", sumShape);
  zerosWhereEmpty("Softmax", ({ logits }) => logits?.shape ?? []);
}

const wrapped = new WeakSet<tf.KernelFunc>();

type ShapeOf = (inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap) => number[];

/** Replaces tfjs's kernel by one that fills `shapeOf` with zeros where an input is empty. */
function zerosWhereEmpty(kernelName: string, shapeOf: ShapeOf): void {
  const own = tf.getKernel(kernelName, "webgpu");
  if (own === undefined || wrapped.has(own.kernelFunc)) return;
  const kernelFunc: tf.KernelFunc = (call) => {
    const inputs = call.inputs as tf.NamedTensorInfoMap;
    const isEmpty = Object.values(inputs).some((input) => input !== undefined && input.shape.includes(0));
    if (!isEmpty) return own.kernelFunc(call);
    const attrs = { shape: shapeOf(inputs, call.attrs as tf.NamedAttrMap), value: 0, dtype: "float32" as const };
    const fill = tf.getKernel("Fill", "webgpu");
    if (fill === undefined) throw new Error(`${kernelName}: expected webgpu to have Fill, got none`);
    return fill.kernelFunc({ inputs: {}, attrs, backend: call.backend });
  };
  wrapped.add(kernelFunc);
  tf.unregisterKernel(kernelName, "webgpu");
  tf.registerKernel({ ...own, kernelFunc });
}

function productShape(inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): number[] {
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const { transposeA, transposeB } = attrs as unknown as tf.BatchMatMulAttrs;
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return [...batch, a.shape.at(transposeA ? -1 : -2) ?? 0, b.shape.at(transposeB ? -2 : -1) ?? 0];
}

function sumShape(inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): number[] {
  const { shape } = inputs["x"] as tf.TensorInfo;
  const { axis, keepDims } = attrs as unknown as tf.SumAttrs;
  const axes = tf.util.parseAxisParam(axis, shape);
  return shape.flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
}
