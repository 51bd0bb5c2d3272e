import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { FeedForwardSpec } from "../../block/spec.ts";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { MoeConfig } from "./config.ts";

/** Mixtral and its relatives as data: Llama's blocks with several feed-forwards, of which each token is read by some. */
export function moeSpec(config: MoeConfig): CausalSpec {
  const { modelType, attentionBias, activation } = config;
  const norm = { kind: "rmsNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  const dense: FeedForwardSpec = { kind: "gated", dim: config.ffnDim, activation, bias: false };
  const sparse: FeedForwardSpec = {
    kind: "experts",
    dim: config.expertDim,
    activation,
    bias: false,
    experts: {
      count: config.numExperts,
      perToken: config.expertsPerToken,
      isNormalized: config.isNormalized,
      sharedDim: config.sharedDim,
    },
  };
  return {
    norm,
    balanceFactor: config.balanceFactor,
    blocks: Array.from({ length: config.numLayers }, (_, layer) => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias:
          modelType === "qwen2_moe"
            ? { q: attentionBias, k: attentionBias, v: attentionBias, out: false }
            : attentionBias,
        qkNorm: modelType === "qwen3_moe" ? norm : undefined,
        rotary,
        causal: true,
        window: config.windows?.[layer] ?? undefined,
        dropout: config.attentionDropout,
      },
      ffn: config.expertLayers[layer] === true ? sparse : dense,
      init,
    })),
  };
}
