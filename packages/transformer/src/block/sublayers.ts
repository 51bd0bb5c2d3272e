import { MultiHeadAttention } from "@qkv/attention";
import type { Params } from "@qkv/nn";
import { FeedForward } from "./feedForward.ts";
import { GatedFeedForward } from "./gatedFeedForward.ts";
import { MixtureOfExperts } from "./mixtureOfExperts.ts";
import { PackedGatedFeedForward } from "./packedGatedFeedForward.ts";
import type { AttentionSpec, BlockSpec, ExpertsSpec } from "./spec.ts";

/** A feed-forward of any kind. */
export type AnyFeedForward = FeedForward | GatedFeedForward | PackedGatedFeedForward | MixtureOfExperts;

/** The attention that a spec describes. */
export function createAttention(
  params: Params,
  { dModel, init }: Pick<BlockSpec, "dModel" | "init">,
  { dropout, ...attention }: AttentionSpec,
): MultiHeadAttention {
  return new MultiHeadAttention(params, { ...attention, dModel, attentionDropout: dropout, init });
}

/** The feed-forward that a spec describes. */
export function createFeedForward(params: Params, spec: BlockSpec): AnyFeedForward {
  switch (spec.ffn.kind) {
    case "mlp":
      return new FeedForward(params, spec);
    case "gated":
      return new GatedFeedForward(params, spec);
    case "packedGated":
      return new PackedGatedFeedForward(params, spec);
    case "experts":
      return new MixtureOfExperts(params, spec, spec.ffn.experts as ExpertsSpec);
  }
}
