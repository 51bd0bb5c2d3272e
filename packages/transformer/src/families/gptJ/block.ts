import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { GptJConfig } from "./config.ts";

/** GPT-J as data: attention and feed-forward side by side behind one norm, neighbouring features turning together. */
export function gptJSpec(config: GptJConfig): CausalSpec {
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    logitBias: true,
    embeddingDropout: config.embeddingDropout,
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      parallel: "sharedNorm",
      selfAttn: { numHeads: config.numHeads, bias: false, rotary, causal: true, dropout: config.attentionDropout },
      ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation },
      dropout: config.dropout,
      init,
    })),
  };
}
