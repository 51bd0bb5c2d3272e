import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { Olmo2Config } from "./config.ts";

/** OLMo 2 as data: a norm of each sublayer's output, and one over all heads of the queries and keys. */
export function olmo2Spec(config: Olmo2Config): CausalSpec {
  const norm = { kind: "rmsNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "branch" },
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: config.attentionBias,
        qkNorm: { ...norm, isAcross: true },
        rotary,
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "gated", dim: config.ffnDim, activation: config.activation, bias: false },
      init,
    })),
  };
}
