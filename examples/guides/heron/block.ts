import { normal } from "@qkv/nn";
import type { CausalSpec } from "@qkv/transformer";
import type { HeronConfig } from "./config.ts";

/** A Heron as data: post-norm blocks under ALiBi. */
export function heronSpec({ dModel, numLayers, numHeads, ffnDim, initializerRange }: HeronConfig): CausalSpec {
  return {
    positionBias: { kind: "alibi", numHeads, causal: true },
    blocks: Array.from({ length: numLayers }, () => ({
      dModel,
      norm: { kind: "layerNorm", eps: 1e-5, placement: "post" },
      selfAttn: { numHeads, bias: false, causal: true },
      ffn: { kind: "mlp", dim: ffnDim, activation: "gelu" },
      init: normal(initializerRange),
    })),
  };
}
