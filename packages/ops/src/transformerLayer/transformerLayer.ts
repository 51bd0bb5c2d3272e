import type * as tf from "@tensorflow/tfjs-core";
import { checkRecord } from "../checks/argumentChecks.ts";
import { isTensor } from "../checks/describeArgument.ts";
import { FUSED_KERNELS, hasKernel, isRecordingGradients, runFused } from "../fusedKernel.ts";
import type { FusedTransformerLayer, TransformerLayerAttrs, TransformerLayerWeights } from "./contract.ts";
import { inputsFit } from "./inputsFit.ts";
import { weightsFit } from "./weightsFit.ts";

/**
 * Prepares a whole encoder or decoder layer as one fused kernel, for inference: self-attention, attention to a memory
 * if there is one, and a feed-forward, each with its norms and residual sum.
 *
 * The layer returns `undefined` where no kernel can compute it: the backend has none; gradients are being recorded, and
 * the kernel has none; the kernel does not support the activation; or shapes do not fit. It is then composed of its
 * parts, which report what is wrong.
 *
 * Kernel: QkvTransformerLayer, its inputs the tensors of {@link TransformerLayerInputs} and, as `selfAttn.qProj.weight`
 * and so on, those of {@link TransformerLayerWeights}; its attributes those of {@link TransformerLayerAttrs},
 * the angles and `pastLength` -> output, keys, values; with `pastLength` the output alone.
 */
export function transformerLayer(
  weights: TransformerLayerWeights,
  attrs: TransformerLayerAttrs,
): FusedTransformerLayer {
  checkRecord("transformerLayer", "attrs", attrs);
  if (!weightsFit(weights, attrs)) return () => undefined;
  const named = Object.fromEntries(byName(weights));
  return ({ angles, pastLength, ...inputs }) => {
    if (!hasKernel(FUSED_KERNELS.transformerLayer) || isRecordingGradients()) return undefined;
    if (!inputsFit({ ...inputs, angles, pastLength }, weights, attrs)) return undefined;
    const all = { ...named, ...inputs };
    const outputs = runFused(FUSED_KERNELS.transformerLayer, all, { ...attrs, angles, pastLength });
    const [output, keys = inputs.pastKeys, values = inputs.pastValues] = outputs;
    return {
      output: output as tf.Tensor3D,
      keys: keys as tf.Tensor4D,
      values: values as tf.Tensor4D,
      ...(pastLength !== undefined && { length: pastLength + (inputs.x.shape[1] ?? 0) }),
    };
  };
}

/** The tensors of a tree of records, each with the path to it. */
function byName(tree: object, path = ""): [string, tf.Tensor][] {
  return Object.entries(tree).flatMap(([name, value]): [string, tf.Tensor][] => {
    const at = `${path}${name}`;
    if (isTensor(value)) return [[at, value]];
    return value === undefined ? [] : byName(value as object, `${at}.`);
  });
}
