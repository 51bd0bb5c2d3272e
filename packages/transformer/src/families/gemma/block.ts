import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { GemmaConfig } from "./config.ts";

/**
 * Gemma as data: RMS norms whose weight is added to 1, before each sublayer, and from Gemma 2 on after it too; embeddings
 * times the square root of their width.
 */
export function gemmaSpec(config: GemmaConfig): CausalSpec {
  const { modelType, windows, localRotary, queryScalar, isBidirectional = false } = config;
  const norm = { kind: "rmsNorm", eps: config.normEps, unitOffset: true } as const;
  const rotary = new RotaryPositions(config.rotary);
  const local = localRotary === undefined ? rotary : new RotaryPositions(localRotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    embeddingScale: Math.sqrt(config.dModel),
    logitSoftcap: config.logitSoftcap,
    blocks: Array.from({ length: config.numLayers }, (_, layer) => {
      const window = windows?.[layer] ?? undefined;
      return {
        dModel: config.dModel,
        norm: { ...norm, placement: modelType === "gemma" ? "pre" : "both" },
        selfAttn: {
          numHeads: config.numHeads,
          numKeyValueHeads: config.numKeyValueHeads,
          headDim: config.headDim,
          bias: config.attentionBias,
          qkNorm: modelType === "gemma3_text" ? norm : undefined,
          rotary: window === undefined ? rotary : local,
          scale: (queryScalar ?? config.headDim) ** -0.5,
          softcap: config.scoreSoftcap,
          ...(isBidirectional ? { reach: window && Math.floor(window / 2) } : { causal: true, window }),
          dropout: config.attentionDropout,
        },
        ffn: { kind: "gated", dim: config.ffnDim, activation: config.activation, bias: false },
        init,
      };
    }),
  };
}
