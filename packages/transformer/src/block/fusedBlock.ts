import type { MultiHeadAttention } from "@qkv/attention";
import { LayerNorm } from "@qkv/nn";
import { type FusedTransformerLayer, transformerLayer } from "@qkv/ops";
import { FeedForward } from "./feedForward.ts";
import type { Norm } from "./norm.ts";
import type { BlockSpec } from "./spec.ts";
import type { AnyFeedForward } from "./sublayers.ts";

/** The modules of a block. */
export interface BlockModules {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: Norm;
  readonly crossAttn?: MultiHeadAttention;
  readonly crossAttnNorm?: Norm;
  readonly ffn: AnyFeedForward;
  readonly ffnNorm: Norm;
}

/** Prepares the modules as one fused kernel, which returns undefined where there is none for them or for the inputs. */
export function fusedBlock(modules: BlockModules, spec: BlockSpec): FusedTransformerLayer {
  const { selfAttn, selfAttnNorm: norm, crossAttn, crossAttnNorm: crossNorm, ffn, ffnNorm } = modules;
  const { placement } = spec.norm;
  const isStandard =
    selfAttn.isStandard &&
    crossAttn?.isStandard !== false &&
    spec.layerScale === undefined &&
    spec.selfAttn.window === undefined;
  if (!isStandard || placement === "both" || !(ffn instanceof FeedForward)) return none;
  if (!(norm instanceof LayerNorm && ffnNorm instanceof LayerNorm)) return none;
  const weights = {
    query: selfAttn.qProj,
    key: selfAttn.kProj,
    value: selfAttn.vProj,
    out: selfAttn.outProj,
    norm,
    ...(crossAttn && { crossQuery: crossAttn.qProj, crossOut: crossAttn.outProj }),
    ...(crossNorm instanceof LayerNorm && { crossNorm }),
    fc1: ffn.fc1,
    fc2: ffn.fc2,
    ffnNorm,
  };
  return transformerLayer(weights, {
    numHeads: selfAttn.numHeads,
    normOrder: placement,
    activation: ffn.activation,
    eps: ffnNorm.eps,
    causal: spec.selfAttn.causal ?? false,
  });
}

const none: FusedTransformerLayer = () => undefined;
