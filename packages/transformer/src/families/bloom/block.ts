import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { BloomConfig } from "./config.ts";

/** BLOOM as data: a norm of the embeddings, and positions by ALiBi alone. */
export function bloomSpec(config: BloomConfig): CausalSpec {
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const init = normal(config.initializerRange);
  return {
    norm,
    embeddingNorm: norm,
    positionBias: { kind: "alibiOfKept", numHeads: config.numHeads },
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: { numHeads: config.numHeads, causal: true, dropout: config.attentionDropout },
      ffn: { kind: "mlp", dim: 4 * config.dModel, activation: "geluTanh" },
      dropout: config.dropout,
      init,
    })),
  };
}
