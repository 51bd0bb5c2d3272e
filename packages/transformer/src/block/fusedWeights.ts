import type { MultiHeadAttention } from "@qkv/attention";
import type { Linear } from "@qkv/nn";
import type {
  CrossAttentionWeights,
  FeedForwardMaps,
  LinearWeights,
  ResidualWeights,
  TransformerLayerWeights,
} from "@qkv/ops";
import { FeedForward } from "./feedForward.ts";
import { GatedFeedForward } from "./gatedFeedForward.ts";
import { MixtureOfExperts } from "./mixtureOfExperts.ts";
import type { Norm } from "./norm.ts";
import type { ResidualBranch } from "./residualBranch.ts";
import type { AnyFeedForward } from "./sublayers.ts";

/** The modules of a block. */
export interface BlockModules {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm?: Norm;
  readonly selfAttnPostNorm?: Norm;
  readonly selfAttnBranch: ResidualBranch;
  readonly crossAttn?: MultiHeadAttention;
  readonly crossAttnNorm?: Norm;
  readonly crossAttnPostNorm?: Norm;
  readonly crossAttnBranch?: ResidualBranch;
  readonly ffn: AnyFeedForward;
  readonly ffnNorm?: Norm;
  readonly ffnPostNorm?: Norm;
  readonly ffnBranch: ResidualBranch;
}

/** The weights of a block without adapters, as the kernel of a whole layer names them. */
export function fusedWeights(modules: BlockModules): TransformerLayerWeights {
  const { selfAttn, crossAttn, crossAttnNorm, crossAttnPostNorm, crossAttnBranch, ffn } = modules;
  if (ffn instanceof MixtureOfExperts) throw new TypeError("fusedWeights: expected one feed-forward, got experts");
  const { kProj, vProj, kNorm } = selfAttn;
  return {
    selfAttn: {
      ...attentionWeights(selfAttn),
      ...{ kProj: linearWeights(kProj), vProj: linearWeights(vProj), kNorm },
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
  return { qProj: linearWeights(qProj), outProj: linearWeights(outProj), qNorm, sinks };
}

function residualWeights(
  norm: Norm | undefined,
  postNorm: Norm | undefined,
  branch: ResidualBranch | undefined,
): ResidualWeights {
  return { norm, postNorm, layerScale: branch?.scale?.weight };
}

function feedForwardWeights(ffn: Exclude<AnyFeedForward, MixtureOfExperts>): FeedForwardMaps {
  if (ffn instanceof FeedForward) return { fc1: linearWeights(ffn.fc1), fc2: linearWeights(ffn.fc2) };
  const downProj = linearWeights(ffn.downProj);
  if (ffn instanceof GatedFeedForward) {
    return { gateProj: linearWeights(ffn.gateProj), upProj: linearWeights(ffn.upProj), downProj };
  }
  return { gateUpProj: linearWeights(ffn.gateUpProj), downProj };
}

function linearWeights({ weight, bias }: Linear): LinearWeights {
  return { weight, bias };
}
