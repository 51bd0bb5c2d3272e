import type { MultiHeadAttention } from "@qkv/attention";
import type { CrossAttentionWeights, FeedForwardMaps, ResidualWeights, TransformerLayerWeights } from "@qkv/ops";
import { FeedForward } from "./feedForward.ts";
import { GatedFeedForward } from "./gatedFeedForward.ts";
import type { Norm } from "./norm.ts";
import type { ResidualBranch } from "./residualBranch.ts";
import type { AnyFeedForward } from "./sublayers.ts";

/** The modules of a block. */
export interface BlockModules {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: Norm;
  readonly selfAttnPostNorm?: Norm;
  readonly selfAttnBranch: ResidualBranch;
  readonly crossAttn?: MultiHeadAttention;
  readonly crossAttnNorm?: Norm;
  readonly crossAttnPostNorm?: Norm;
  readonly crossAttnBranch?: ResidualBranch;
  readonly ffn: AnyFeedForward;
  readonly ffnNorm: Norm;
  readonly ffnPostNorm?: Norm;
  readonly ffnBranch: ResidualBranch;
}

/** The weights of a block, as the kernel of a whole layer names them. */
export function fusedWeights(modules: BlockModules): TransformerLayerWeights {
  const { selfAttn, crossAttn, crossAttnNorm, crossAttnPostNorm, crossAttnBranch, ffn } = modules;
  const { kProj, vProj, kNorm } = selfAttn;
  return {
    selfAttn: {
      ...attentionWeights(selfAttn),
      ...{ kProj, vProj, kNorm },
      ...residualWeights(modules.selfAttnNorm, modules.selfAttnPostNorm, modules.selfAttnBranch),
    },
    crossAttn:
      crossAttn === undefined || crossAttnNorm === undefined
        ? undefined
        : { ...attentionWeights(crossAttn), ...residualWeights(crossAttnNorm, crossAttnPostNorm, crossAttnBranch) },
    ffn: {
      ...feedForwardWeights(ffn),
      ...residualWeights(modules.ffnNorm, modules.ffnPostNorm, modules.ffnBranch),
    },
  };
}

function attentionWeights(attention: MultiHeadAttention): Omit<CrossAttentionWeights, keyof ResidualWeights> {
  const { qProj, outProj, qNorm, sinks } = attention;
  return { qProj, outProj, qNorm, sinks };
}

function residualWeights(norm: Norm, postNorm: Norm | undefined, branch: ResidualBranch | undefined): ResidualWeights {
  return { norm, postNorm, layerScale: branch?.scale?.weight };
}

function feedForwardWeights(ffn: AnyFeedForward): FeedForwardMaps {
  if (ffn instanceof FeedForward) return { fc1: ffn.fc1, fc2: ffn.fc2 };
  const { downProj } = ffn;
  if (ffn instanceof GatedFeedForward) return { gateProj: ffn.gateProj, upProj: ffn.upProj, downProj };
  return { gateUpProj: ffn.gateUpProj, downProj };
}
