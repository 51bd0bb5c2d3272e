import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { CohereConfig } from "./config.ts";

/** Cohere as data: attention and a gated feed-forward side by side behind one norm without a bias; neighbours turn. */
export function cohereSpec(config: CohereConfig): CausalSpec {
  const norm = { kind: "layerNorm", eps: config.normEps, bias: false } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    logitScale: config.logitScale,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      parallel: "sharedNorm",
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: config.attentionBias,
        rotary,
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "gated", dim: config.ffnDim, activation: config.activation, bias: false },
      init,
    })),
  };
}
