import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { FalconConfig } from "./config.ts";

/** Falcon as data: keys and values that heads share, attention and feed-forward side by side, or ALiBi in a row. */
export function falconSpec(config: FalconConfig): CausalSpec {
  const { numHeads, residual, hasBias: bias } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const rotary = config.rotary && new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  const scale = (config.dModel / numHeads) ** -0.5; // of the bias too: it is added before the scores are scaled
  return {
    norm,
    ...(rotary === undefined && { positionBias: { kind: "alibiOfKept", numHeads, scale, isRounded: true } }),
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      parallel: residual === "sequential" ? undefined : residual,
      selfAttn: {
        numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        bias,
        rotary,
        causal: true,
        dropout: rotary === undefined ? config.attentionDropout : 0, // as there
      },
      ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation, bias },
      dropout: config.dropout,
      init,
    })),
  };
}
