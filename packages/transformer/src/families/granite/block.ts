import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { GraniteConfig } from "./config.ts";

/** Granite as data: Llama's blocks with a factor in each place. */
export function graniteSpec(config: GraniteConfig): CausalSpec {
  const norm = { kind: "rmsNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    embeddingScale: config.embeddingMultiplier,
    logitScale: 1 / config.logitsScaling,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: config.attentionBias,
        rotary,
        scale: config.attentionMultiplier,
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "gated", dim: config.ffnDim, activation: config.activation, bias: config.ffnBias },
      branchScale: config.residualMultiplier,
      init,
    })),
  };
}
