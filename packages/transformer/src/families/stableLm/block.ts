import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { StableLmConfig } from "./config.ts";

/** StableLM as data: Llama's blocks with layer normalizations, a share of each head turning, perhaps side by side. */
export function stableLmSpec(config: StableLmConfig): CausalSpec {
  const { attentionBias: bias } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      parallel: config.isParallel ? "sharedNorm" : undefined,
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: { q: bias, k: bias, v: bias, out: false },
        rotary,
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "gated", dim: config.ffnDim, activation: config.activation, bias: false },
      dropout: config.ffnDropout,
      init,
    })),
  };
}
