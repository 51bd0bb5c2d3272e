import type * as tf from "@tensorflow/tfjs-core";
import { checkRecord } from "../checks/argumentChecks.ts";
import { FUSED_KERNELS, hasKernel, isRecordingGradients, runFusedAsGiven } from "../fusedKernel.ts";
import { type NamedTensor, namedTensors, packedInputs, storedTensors } from "../weights/namedTensors.ts";
import { isWeight } from "../weights/weight.ts";
import type {
  FusedTransformerLayer,
  PackedInputs,
  TransformerLayerAttrs,
  TransformerLayerInputs,
  TransformerLayerWeights,
} from "./contract.ts";
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
 * and so on, those of {@link TransformerLayerWeights}; its attributes, as `layer`, {@link TransformerLayerAttrs},
 * the angles, `pastLength`, `pastFormat` and, as `packed`, {@link PackedInputs} -> output, keys, values; with `pastLength` the output
 * alone.
 */
export function transformerLayer(
  weights: TransformerLayerWeights,
  attrs: TransformerLayerAttrs,
): FusedTransformerLayer {
  checkRecord("transformerLayer", "attrs", attrs);
  const all = namedTensors(weights);
  let stored = storedIn(all);
  let fits = weightsFit(weights, attrs);
  return (inputs) => {
    if (!stored.isCurrent()) {
      stored = storedIn(all);
      fits = weightsFit(weights, attrs);
    }
    if (!fits || !hasKernel(FUSED_KERNELS.transformerLayer) || isRecordingGradients()) return undefined;
    if (!inputsFit(inputs, weights, attrs)) return undefined;
    const { named, packed } = stored;
    for (const name of TENSORS) named[name] = inputs[name];
    const { angles, pastLength, pastFormat, x, pastKeys, pastValues } = inputs;
    const outputs = runFusedAsGiven(FUSED_KERNELS.transformerLayer, named, {
      layer: attrs,
      angles,
      pastLength,
      pastFormat,
      packed,
    });
    const [output, keys = pastKeys, values = pastValues] = outputs;
    return {
      output: output as tf.Tensor3D,
      keys: keys as tf.Tensor4D,
      values: values as tf.Tensor4D,
      ...(pastFormat !== undefined && { format: pastFormat }),
      ...(pastLength !== undefined && { length: pastLength + (x.shape[1] ?? 0) }),
    };
  };
}

/** The inputs that are tensors. */
const TENSORS = [
  ...(["x", "pastKeys", "pastValues", "mask", "bias"] as const),
  ...(["memoryKeys", "memoryValues", "memoryMask"] as const),
];
TENSORS satisfies readonly Exclude<keyof TransformerLayerInputs, "angles" | "pastLength" | "pastFormat">[];

interface Stored {
  /** The tensors by the names of the kernel's inputs, to which each call adds its own: a decoder has many calls. */
  readonly named: Record<string, tf.Tensor | undefined>;
  readonly packed: PackedInputs;
  /** Whether the weights still hold these tensors: one that is packed later holds others. */
  isCurrent(): boolean;
}

function storedIn(all: readonly NamedTensor[]): Stored {
  const weights = all.flatMap(([, value]) => (isWeight(value) ? [[value, value.parts.data] as const] : []));
  return {
    named: storedTensors(all),
    packed: packedInputs(all),
    isCurrent: () => weights.every(([weight, data]) => weight.parts.data === data),
  };
}
