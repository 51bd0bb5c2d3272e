import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { GptNeoXConfig } from "./config.ts";

/** GPT-NeoX as data: attention and feed-forward side by side, each with its norm, and a share of each head turning. */
export function gptNeoXSpec(config: GptNeoXConfig): CausalSpec {
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    embeddingDropout: config.dropout,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      parallel: config.isParallel ? "ownNorms" : undefined,
      selfAttn: {
        numHeads: config.numHeads,
        bias: config.attentionBias,
        rotary,
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation },
      dropout: config.dropout,
      init,
    })),
  };
}
