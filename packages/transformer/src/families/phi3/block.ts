import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { Phi3Config } from "./config.ts";

/** Phi-3 as data: Llama's blocks with a share of each head turning. */
export function phi3Spec(config: Phi3Config): CausalSpec {
  const norm = { kind: "rmsNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    embeddingDropout: config.embeddingDropout,
    rereadBeyond: config.rotary.scaling?.type === "longrope" ? config.originalLength : undefined,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: false,
        rotary,
        causal: true,
        window: config.window ?? undefined,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "packedGated", dim: config.ffnDim, activation: config.activation, bias: false },
      dropout: config.dropout,
      init,
    })),
  };
}
