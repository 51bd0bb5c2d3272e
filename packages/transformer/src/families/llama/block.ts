import { RotaryPositions } from "@qkv/attention";
import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { LlamaConfig } from "./config.ts";

/** Llama and its relatives as data: pre-norm blocks with RMSNorm, rotary positions and a gated feed-forward. */
export function llamaSpec(config: LlamaConfig): CausalSpec {
  const { modelType, attentionBias } = config;
  const norm = { kind: "rmsNorm", eps: config.normEps } as const;
  const rotary = new RotaryPositions(config.rotary);
  const init = normal(config.initializerRange);
  return {
    norm,
    blocks: Array.from({ length: config.numLayers }, (_, layer) => ({
      dModel: config.dModel,
      norm: { ...norm, placement: "pre" },
      selfAttn: {
        numHeads: config.numHeads,
        numKeyValueHeads: config.numKeyValueHeads,
        headDim: config.headDim,
        bias: modelType === "qwen2" ? { q: true, k: true, v: true, out: false } : attentionBias,
        qkNorm: modelType === "qwen3" ? norm : undefined,
        rotary: config.rotaryLayers?.[layer] === false ? undefined : rotary,
        causal: true,
        window: config.windows?.[layer] ?? undefined,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "gated", dim: config.ffnDim, activation: config.activation, bias: config.ffnBias },
      init,
    })),
  };
}
