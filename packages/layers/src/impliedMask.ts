import type * as tf from "@tensorflow/tfjs-core";
import { layers, RNN, type SymbolicTensor } from "@tensorflow/tfjs-layers";

/** Layers with a `computeMask` of their own that pass on the mask of their first input, or none. */
const PASSING = new Set([
  ...["Add", "Average", "Maximum", "Minimum", "Multiply", "Bidirectional"],
  ...["MultiHeadAttention", "TransformerDecoder", "TransformerEncoder"],
]);

/** Whether a tensor of a graph has a mask, as TensorFlow.js passes masks on when a model runs. */
export function hasMask({ sourceLayer: layer, inputs }: SymbolicTensor): boolean {
  if (layer === undefined || layer === null || !layer.supportsMasking) return false;
  const { computeMask } = layer;
  const name = layer.getClassName();
  if (name === "Concatenate") return inputs.some(hasMask);
  if (name === "Dot") return false;
  const hands = computeMask === layers.Layer.prototype.computeMask || layer instanceof RNN || PASSING.has(name);
  const [first] = inputs;
  return hands ? first !== undefined && hasMask(first) : true; // Embedding with maskZero, Masking, one of another's
}

/** The mask that a layer attached to its output `tensor`, outside of a model: [B, L]. */
export function keptMask(tensor: tf.Tensor): tf.Tensor | undefined {
  const { kerasMask } = tensor as tf.Tensor & { readonly kerasMask?: tf.Tensor | null };
  return kerasMask ?? undefined;
}

/**
 * The mask of a layer's first input, from `computeMask`'s argument: while a model runs, the masks of all inputs; undefined
 * where the layer is called on its own.
 */
export function firstMask(
  inputs: tf.Tensor | tf.Tensor[],
  masks: tf.Tensor | tf.Tensor[] | undefined,
): tf.Tensor | null {
  const [input] = [inputs].flat();
  if (masks === undefined) return (input && keptMask(input)) ?? null;
  return [masks].flat()[0] ?? null;
}

/** The masks of a layer's outputs: of a sequence, and of attention scores besides, which have none. */
export function maskOfOutputs(mask: tf.Tensor | null, withScores: boolean): tf.Tensor | tf.Tensor[] {
  return (withScores ? [mask, null] : mask) as tf.Tensor; // TensorFlow.js's types lack null
}
