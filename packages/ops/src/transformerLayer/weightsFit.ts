import type * as tf from "@tensorflow/tfjs-core";
import { isFusedActivation } from "../activate.ts";
import { multipliesPacked } from "../weights/packedKernels.ts";
import { isPacked, isWeight } from "../weights/weight.ts";
import type {
  CrossAttentionWeights,
  FeedForwardMaps,
  LayerAttentionAttrs,
  LinearWeights,
  NormAttrs,
  NormWeights,
  SelfAttentionWeights,
  TransformerLayerAttrs,
  TransformerLayerWeights,
} from "./contract.ts";

// A kernel does not check what it reads, so all shapes are checked here and in inputsFit.ts.

/** Whether the kernel can read these weights. */
export function weightsFit(weights: TransformerLayerWeights, attrs: TransformerLayerAttrs): boolean {
  const { selfAttn, crossAttn, ffn } = weights;
  const width = selfAttn.qProj.weight.shape[1] ?? 0;
  const sublayers = [selfAttn, ffn, ...(crossAttn === undefined ? [] : [crossAttn])];
  const { placement, parallel, branchScale } = attrs;
  return (
    width > 0 && // the kernel is a program, and a step of no work stops it
    selfAttentionFits(selfAttn, attrs.selfAttn, width) &&
    (crossAttn === undefined) === (attrs.crossAttn === undefined) &&
    (crossAttn === undefined ||
      attrs.crossAttn === undefined ||
      (attrs.crossAttn.rotary === undefined && attentionFits(crossAttn, attrs.crossAttn, width))) &&
    isFusedActivation(attrs.ffn.activation) &&
    feedForwardFits(ffn, attrs.ffn.kind, width) &&
    (parallel === undefined || (placement === "pre" && crossAttn === undefined)) &&
    (branchScale === undefined || Number.isFinite(branchScale)) &&
    sublayers.every((part) => {
      const { norm, postNorm, layerScale } = part;
      return (
        isNorm(norm, parallel === "sharedNorm" && part === ffn ? undefined : attrs.norm, width) &&
        isNorm(postNorm, placement === "both" ? attrs.norm : undefined, width) &&
        (layerScale === undefined || isFloats(layerScale, [width]))
      );
    })
  );
}

/** D, the width of a head; 0 where the heads do not divide the map. */
export function headDimOf({ qProj }: CrossAttentionWeights, { numHeads }: LayerAttentionAttrs): number {
  const headDim = (qProj.weight.shape[0] ?? 0) / numHeads;
  return Number.isSafeInteger(headDim) ? headDim : 0;
}

/** Whether a tensor has this shape, of float32. */
export function isFloats({ shape, dtype }: tf.Tensor, expected: readonly number[]): boolean {
  const fits = shape.length === expected.length && expected.every((size, axis) => shape[axis] === size);
  return fits && dtype === "float32";
}

function selfAttentionFits(weights: SelfAttentionWeights, attrs: LayerAttentionAttrs, width: number): boolean {
  const headDim = headDimOf(weights, attrs);
  const keyWidth = attrs.numKeyValueHeads * headDim;
  const { kProj, vProj, kNorm } = weights;
  return (
    attentionFits(weights, attrs, width) &&
    hasItsBias(kNorm, attrs.qkNorm) &&
    [kProj, vProj].every((map) => isLinear(map, width, keyWidth)) &&
    isNorm(kNorm, attrs.qkNorm, attrs.qkNorm?.isAcross ? keyWidth : headDim)
  );
}

function attentionFits(weights: CrossAttentionWeights, attrs: LayerAttentionAttrs, width: number): boolean {
  const { numHeads, numKeyValueHeads, window, scale, softcap, qkNorm, rotary } = attrs;
  const { qProj, outProj, qNorm, sinks } = weights;
  const headDim = headDimOf(weights, attrs);
  return (
    headDim > 0 &&
    numHeads % numKeyValueHeads === 0 &&
    (window === undefined || (Number.isSafeInteger(window) && window > 0)) &&
    Number.isFinite(scale) &&
    (softcap === undefined || (Number.isFinite(softcap) && softcap > 0)) &&
    (rotary === undefined || (rotary.dim % 2 === 0 && rotary.dim > 0 && rotary.dim <= headDim)) &&
    isLinear(qProj, width, numHeads * headDim) &&
    isLinear(outProj, numHeads * headDim, width) &&
    isNorm(qNorm, qkNorm, qkNorm?.isAcross ? numHeads * headDim : headDim) &&
    hasItsBias(qNorm, qkNorm) &&
    (sinks === undefined || isFloats(sinks, [numHeads]))
  );
}

function feedForwardFits(ffn: FeedForwardMaps, kind: TransformerLayerAttrs["ffn"]["kind"], width: number): boolean {
  const last = "fc2" in ffn ? ffn.fc2 : ffn.downProj;
  const hidden = last.weight.shape[1] ?? 0;
  if (hidden === 0 || !isLinear(last, hidden, width)) return false;
  if ("fc1" in ffn) return kind === "mlp" && isLinear(ffn.fc1, width, hidden);
  if ("gateUpProj" in ffn) {
    const { weight } = ffn.gateUpProj;
    const isWhole = !isWeight(weight) || !isPacked(weight) || hidden % 4 === 0; // halves that begin with whole strips of rows
    return kind === "packedGated" && isWhole && isLinear(ffn.gateUpProj, width, 2 * hidden);
  }
  return kind === "gated" && [ffn.gateProj, ffn.upProj].every((map) => isLinear(map, width, hidden));
}

function isLinear({ weight, bias }: LinearWeights, from: number, to: number): boolean {
  return isMatrix(weight, [to, from]) && (bias === undefined || isFloats(bias, [to]));
}

/** Whether a weight without an adapter has this shape, in a format that the kernel reads. */
export function isMatrix(weight: LinearWeights["weight"], expected: readonly [to: number, from: number]): boolean {
  if (!isWeight(weight)) return isFloats(weight, expected);
  if (weight.adapter !== undefined || weight.observer !== undefined) return false;
  if (!isPacked(weight)) return isFloats(weight.parts.data, expected);
  return multipliesPacked() && weight.shape.length === 2 && expected.every((size, i) => weight.shape[i] === size);
}

/** Whether a layer normalization has a bias: of queries and keys the kernel reads it. */
function hasItsBias(norm: NormWeights | undefined, attrs: NormAttrs | undefined): boolean {
  return attrs?.kind !== "layerNorm" || norm?.bias !== undefined;
}

/** Whether the norm is there where its attributes are, with a bias only if it is a layer normalization. */
export function isNorm(norm: NormWeights | undefined, attrs: NormAttrs | undefined, width: number): boolean {
  if (norm === undefined || attrs === undefined) return norm === attrs;
  const { weight, bias } = norm;
  if (!isFloats(weight, [width])) return false;
  if (attrs.kind === "rmsNorm") return bias === undefined;
  return (bias === undefined || isFloats(bias, [width])) && !attrs.unitOffset;
}
