import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { BlockSpec, NormSpec } from "../../block/spec.ts";
import type { CausalConfig } from "./config.ts";

/** The norm of a decoder-only model. */
export function causalNorm({ norm, normEps }: CausalConfig): NormSpec {
  return { kind: norm, eps: normEps };
}

/** The blocks of a decoder-only model. */
export function causalBlocks(config: CausalConfig): readonly BlockSpec[] {
  const norm = causalNorm(config);
  const rotary = config.rotary && new RotaryPositions(config.rotary);
  return Array.from({ length: config.numLayers }, (_, layer) => ({
    dModel: config.dModel,
    norm: { ...norm, placement: "pre" },
    selfAttn: {
      numHeads: config.numHeads,
      numKeyValueHeads: config.numKeyValueHeads,
      headDim: config.headDim,
      bias: config.attentionBias,
      qkNorm: config.qkNorm ? norm : undefined,
      rotary,
      scale: scaleOf(config, layer),
      causal: true,
      window: config.windows?.[layer] ?? undefined,
      dropout: config.attentionDropout,
    },
    ffn: {
      kind: config.gated ? "gated" : "mlp",
      dim: config.ffnDim,
      activation: config.activation,
      bias: config.ffnBias,
    },
    dropout: config.dropout,
    init: normal(config.initializerRange),
  }));
}

/** Factor of dot products, if not the usual 1 / sqrt(D). */
function scaleOf({ headDim, scaleScores = true, scaleScoresByLayer = false }: CausalConfig, layer: number) {
  if (scaleScores && !scaleScoresByLayer) return undefined;
  return (scaleScores ? headDim ** -0.5 : 1) / (scaleScoresByLayer ? layer + 1 : 1);
}
