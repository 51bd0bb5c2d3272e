import type { LayerAttentionAttrs, NormAttrs, TransformerLayerAttrs } from "@qkv/ops";
import type { AttentionSpec, BlockSpec, NormSpec } from "./spec.ts";

// Every field of a spec is named here: one that has no place in the kernel's attributes does not compile.

/** The attributes of the kernel of a whole layer; undefined where the spec says what it does not know. */
export function fusedAttrs(spec: BlockSpec): TransformerLayerAttrs | undefined {
  const { dModel, norm, selfAttn, crossAttn, ffn, layerScale: _factors, init: _init, ...others } = spec;
  const { parallel, branchScale, ...training } = others;
  const { dropout: _dropout, activationDropout: _activationDropout, dropPath: _dropPath, ...rest } = training;
  const { placement, ...kind } = norm;
  const { kind: ffnKind, activation, experts: _experts, dim: _dim, bias: _bias, ...feedForward } = ffn;
  const { outputDropout: _outputDropout, ...restOfFfn } = feedForward;
  void ({ ...rest, ...restOfFfn } satisfies Nothing);
  const attention = attentionAttrs(selfAttn, dModel);
  const memory = crossAttn && attentionAttrs(crossAttn, dModel);
  if (attention === undefined || (crossAttn !== undefined && memory === undefined)) return undefined;
  if (crossAttn?.rotary !== undefined || ffnKind === "experts") return undefined;
  return {
    norm: normAttrs(kind),
    placement,
    parallel,
    branchScale: branchScale === 1 ? undefined : branchScale,
    selfAttn: attention,
    crossAttn: memory,
    ffn: { kind: ffnKind, activation },
  };
}

/** The attributes of a norm. */
export function normAttrs({ kind, eps, unitOffset = false, bias: _bias, ...rest }: NormSpec): NormAttrs {
  void (rest satisfies Nothing);
  return { kind, eps, unitOffset };
}

function attentionAttrs(spec: AttentionSpec, dModel: number): LayerAttentionAttrs | undefined {
  const { numHeads, numKeyValueHeads = numHeads, headDim = dModel / numHeads, qkNorm, rotary, score, ...more } = spec;
  const { scale = 1 / Math.sqrt(headDim), softcap, causal = false, window, emptyRows, ...others } = more;
  const { bias: _bias, sinks: _sinks, dropout: _dropout, reach: _reach, isNormed = true, ...rest } = others;
  void (rest satisfies Nothing);
  if (!isNormed || score !== undefined || emptyRows === "uniform") return undefined;
  return {
    numHeads,
    numKeyValueHeads,
    causal,
    window,
    scale,
    softcap,
    qkNorm: qkNorm && qkNormAttrs(qkNorm),
    rotary: rotary && { dim: rotary.dim, layout: rotary.layout },
  };
}

function qkNormAttrs({ isAcross = false, ...norm }: NonNullable<AttentionSpec["qkNorm"]>) {
  return { ...normAttrs(norm), isAcross };
}

/** What is left of a record whose fields have all been named. */
type Nothing = Readonly<Record<string, never>>;
