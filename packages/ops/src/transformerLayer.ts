import { checkRecord } from "./checks/argumentChecks.ts";
import type * as tf from "@tensorflow/tfjs-core";
import { type Activation, isFusedActivation } from "./activate.ts";
import { FUSED_KERNELS, hasKernel, isRecordingGradients, runFused } from "./fusedKernel.ts";

/** The weight [O, I] and the bias [O] of a linear map. */
export interface LinearWeights {
  readonly weight: tf.Tensor;
  readonly bias?: tf.Tensor | undefined;
}

/** The weight [E] and the bias [E] of a layer normalization. */
export interface NormWeights {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** The weights of a layer's parts, by name; those of `cross` are present if the layer attends to a memory. */
export interface TransformerLayerWeights {
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  readonly out: LinearWeights;
  readonly norm: NormWeights;
  readonly crossQuery?: LinearWeights;
  readonly crossOut?: LinearWeights;
  readonly crossNorm?: NormWeights;
  readonly fc1: LinearWeights;
  readonly fc2: LinearWeights;
  readonly ffnNorm: NormWeights;
}

/**
 * The inputs of a layer, besides its weights. Masks are bool, of rank 4 and broadcastable to [B, H, Q, K]; true keeps.
 */
export interface TransformerLayerInputs {
  /** [B, Q, E] */
  readonly x: tf.Tensor;
  /** [B, H, P, D], those of the positions before x */
  readonly pastKeys?: tf.Tensor | undefined;
  readonly pastValues?: tf.Tensor | undefined;
  readonly mask?: tf.Tensor | undefined;
  /** [B, H, S, D] */
  readonly memoryKeys?: tf.Tensor | undefined;
  readonly memoryValues?: tf.Tensor | undefined;
  readonly memoryMask?: tf.Tensor | undefined;
}

/** The attributes of the kernel QkvTransformerLayer. */
export interface TransformerLayerAttrs {
  /** H, as many for keys and values as for queries, each of width D = O / H of the query map. */
  readonly numHeads: number;
  /** Placement of the norms: before their sublayer, or after the residual sum. */
  readonly normOrder: "pre" | "post";
  readonly activation: Activation;
  readonly eps: number;
  readonly causal: boolean;
}

/** The outputs of a layer. */
export interface TransformerLayerResult {
  /** [B, Q, E] */
  readonly output: tf.Tensor3D;
  /** [B, H, P + Q, D] */
  readonly keys: tf.Tensor4D;
  readonly values: tf.Tensor4D;
}

/** A layer that one fused kernel may compute. */
export type FusedTransformerLayer = (inputs: TransformerLayerInputs) => TransformerLayerResult | undefined;

/**
 * Prepares a whole encoder or decoder layer as one fused kernel, for inference: self-attention, attention to a memory
 * if there is one, and a feed-forward, each with its norm and residual sum.
 *
 * The layer returns `undefined` where no kernel can compute it: the backend has none; gradients are being recorded, and
 * the kernel has none; the kernel does not support the activation; or shapes do not fit. It is then composed of its
 * parts, which report what is wrong.
 *
 * Kernel: QkvTransformerLayer, its inputs those of {@link TransformerLayerInputs} and, as `query.weight` and so on, those
 * of {@link TransformerLayerWeights} -> output, keys, values.
 */
export function transformerLayer(
  weights: TransformerLayerWeights,
  attrs: TransformerLayerAttrs,
): FusedTransformerLayer {
  checkRecord("transformerLayer", "attrs", attrs);
  if (!isFusedActivation(attrs.activation) || !weightsFit(weights, attrs.numHeads)) return () => undefined;
  const named: Record<string, tf.Tensor | undefined> = {};
  for (const [part, { weight, bias }] of Object.entries(weights as unknown as Record<string, LinearWeights>)) {
    named[`${part}.weight`] = weight;
    named[`${part}.bias`] = bias;
  }
  return (inputs) => {
    if (!hasKernel(FUSED_KERNELS.transformerLayer) || isRecordingGradients()) return undefined;
    if (!inputsFit(inputs, weights, attrs.numHeads)) return undefined;
    const [output, keys, values] = runFused(FUSED_KERNELS.transformerLayer, { ...named, ...inputs }, attrs);
    return { output: output as tf.Tensor3D, keys: keys as tf.Tensor4D, values: values as tf.Tensor4D };
  };
}

// A kernel does not check what it reads, so all shapes are checked here.

function weightsFit(weights: TransformerLayerWeights, heads: number): boolean {
  const [inner = 0, width = 0] = weights.query.weight.shape;
  const hidden = weights.fc1.weight.shape[0] ?? 0;
  const isLinear = (map: LinearWeights | undefined, from: number, to: number) =>
    map === undefined || (isShape(map.weight, [to, from]) && (map.bias === undefined || isShape(map.bias, [to])));
  const isNorm = (norm: NormWeights | undefined) =>
    norm === undefined || (isShape(norm.weight, [width]) && isShape(norm.bias, [width]));
  const { query, key, value, out, crossQuery, crossOut, crossNorm } = weights;
  return (
    Math.min(inner, width, hidden) > 0 && // the kernel is a program, and a step of no work stops it
    inner % heads === 0 &&
    [query, key, value, crossQuery].every((map) => isLinear(map, width, inner)) &&
    [out, crossOut].every((map) => isLinear(map, inner, width)) &&
    isLinear(weights.fc1, width, hidden) &&
    isLinear(weights.fc2, hidden, width) &&
    [weights.norm, crossNorm, weights.ffnNorm].every(isNorm) &&
    [crossQuery, crossOut, crossNorm].every((part) => (part === undefined) === (crossNorm === undefined))
  );
}

function inputsFit(inputs: TransformerLayerInputs, weights: TransformerLayerWeights, heads: number): boolean {
  const { x, pastKeys, pastValues, mask, memoryKeys, memoryValues, memoryMask } = inputs;
  const [inner = 0, width = 0] = weights.query.weight.shape;
  const [batch = 0, length = 0] = x.shape;
  const isContext = (keys: tf.Tensor | undefined, values: tf.Tensor | undefined) => {
    if (keys === undefined || values === undefined) return keys === values;
    const shape = [batch, heads, keys.shape[2] ?? 0, inner / heads];
    return isShape(keys, shape) && isShape(values, shape);
  };
  const isMask = (given: tf.Tensor | undefined, keys: number) =>
    given === undefined ||
    (given.dtype === "bool" &&
      given.rank === 4 &&
      [batch, heads, length, keys].every((size, axis) => given.shape[axis] === size || given.shape[axis] === 1));
  const memory = memoryKeys?.shape[2] ?? 0;
  return (
    x.dtype === "float32" &&
    x.size > 0 &&
    isShape(x, [batch, length, width]) &&
    isContext(pastKeys, pastValues) &&
    isContext(memoryKeys, memoryValues) &&
    (memoryKeys === undefined) === (weights.crossNorm === undefined) &&
    (memoryKeys === undefined || memory > 0) &&
    isMask(mask, (pastKeys?.shape[2] ?? 0) + length) &&
    isMask(memoryMask, memory)
  );
}

function isShape({ shape }: tf.Tensor, expected: readonly number[]): boolean {
  return shape.length === expected.length && expected.every((size, axis) => shape[axis] === size);
}
