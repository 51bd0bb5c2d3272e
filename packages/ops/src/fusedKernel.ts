import * as tf from "@tensorflow/tfjs-core";

/** The operations that a backend may run as one fused kernel. */
export type FusedOp =
  | "linear"
  | "packedLinear"
  | "activate"
  | "layerNorm"
  | "softmax"
  | "crossEntropy"
  | "dropout"
  | "attention"
  | "transformerLayer"
  | "writeRows"
  | "adamW";

/**
 * The kernel names that a backend plug-in registers with `tf.registerKernel`, forward and backward. Inputs, outputs and
 * attributes of each are documented in the file of its operation.
 */
export const FUSED_KERNELS = {
  linear: "QkvLinear",
  linearGradient: "QkvLinearGradient",
  linearWeightGradient: "QkvLinearWeightGradient",
  activate: "QkvActivate",
  activateGradient: "QkvActivateGradient",
  columnSum: "QkvColumnSum",
  layerNorm: "QkvLayerNorm",
  layerNormGradient: "QkvLayerNormGradient",
  softmax: "QkvSoftmax",
  softmaxGradient: "QkvSoftmaxGradient",
  logSumExp: "QkvLogSumExp",
  crossEntropy: "QkvCrossEntropy",
  crossEntropyGradient: "QkvCrossEntropyGradient",
  dropout: "QkvDropout",
  attention: "QkvAttention",
  attentionGradient: "QkvAttentionGradient",
  transformerLayer: "QkvTransformerLayer",
  writeRows: "QkvWriteRows",
  writeCachedRows: "QkvWriteCachedRows",
  readCachedRows: "QkvReadCachedRows",
  moveCachedRows: "QkvMoveCachedRows",
  adamW: "QkvAdamW",
  unwritten: "QkvUnwritten",
  writePart: "QkvWritePart",
  packedLinear: "QkvPackedLinear",
  packedLinearGradient: "QkvPackedLinearGradient",
  unpackRows: "QkvUnpackRows",
  recordDecoder: "QkvRecordDecoder",
} as const;

type KernelName = (typeof FUSED_KERNELS)[keyof typeof FUSED_KERNELS];

/** The implementation of `op` on the current backend: a fused kernel, or a composition of tfjs operations. */
export function activeKernel(op: FusedOp): "fused" | "composed" {
  return hasKernel(FUSED_KERNELS[op]) ? "fused" : "composed";
}

/** Whether the current backend has the kernel called `name`. */
export function hasKernel(name: KernelName): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/** Runs a kernel that returns several tensors. Inputs that are undefined are left out. */
export function runFused(
  name: KernelName,
  inputs: Record<string, tf.Tensor | undefined>,
  attrs: object = {},
): tf.Tensor[] {
  return runFusedAsGiven(name, present(inputs), attrs);
}

/** As {@link runFused}, without a copy of the inputs, for a kernel that takes undefined ones. No gradient is recorded. */
export function runFusedAsGiven(
  name: KernelName,
  inputs: Record<string, tf.Tensor | undefined>,
  attrs: object,
): tf.Tensor[] {
  checkInUse(name, inputs);
  const outputs = tf
    .engine()
    .runKernel<tf.Tensor | tf.Tensor[]>(name, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Runs a kernel that returns one tensor, or the first of several. */
export function runFusedFirst(
  name: KernelName,
  inputs: Record<string, tf.Tensor | undefined>,
  attrs: object = {},
): tf.Tensor {
  const [first] = runFused(name, inputs, attrs);
  if (first === undefined) {
    throw new Error(`${name}: expected an output, got none`);
  }
  return first;
}

/** Registers the gradient of a fused kernel the first time it is needed: importing this package does nothing. */
export function ensureGradient(gradient: tf.GradConfig): void {
  if (tf.getGradient(gradient.kernelName) === undefined) {
    tf.registerGradient(gradient);
  }
}

/** Whether operations are being recorded for their gradients. */
export function isRecordingGradients(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** A kernel reads from an address, even if the memory there has a new owner. */
function checkInUse(kernel: KernelName, inputs: Record<string, tf.Tensor | undefined>): void {
  for (const name in inputs) {
    if (inputs[name]?.isDisposed === true)
      throw new RangeError(`${kernel}: expected ${name} to be in use, got a tensor that was disposed`);
  }
}

function present(inputs: Record<string, tf.Tensor | undefined>): Record<string, tf.Tensor> {
  const found: Record<string, tf.Tensor> = {};
  for (const name in inputs) {
    const tensor = inputs[name];
    if (tensor !== undefined) found[name] = tensor;
  }
  return found;
}
