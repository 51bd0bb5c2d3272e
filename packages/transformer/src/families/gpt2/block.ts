import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { Gpt2Config } from "./config.ts";

/** GPT-2 as data: pre-norm blocks, a learned vector for each position. */
export function gpt2Spec(config: Gpt2Config): CausalSpec {
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const init = normal(config.initializerRange);
  return {
    norm,
    learnedPositions: true,
    embeddingDropout: config.embeddingDropout,
    blocks: Array.from({ length: config.numLayers }, (_, layer) => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: {
        numHeads: config.numHeads,
        scale: scaleOf(config, layer),
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation },
      dropout: config.dropout,
      init,
    })),
  };
}

/** Factor of dot products, if not the usual 1 / sqrt(D). */
function scaleOf(config: Gpt2Config, layer: number): number | undefined {
  const { dModel, numHeads, scaleScores, scaleScoresByLayer } = config;
  if (scaleScores && !scaleScoresByLayer) return undefined;
  return (scaleScores ? (dModel / numHeads) ** -0.5 : 1) / (scaleScoresByLayer ? layer + 1 : 1);
}
