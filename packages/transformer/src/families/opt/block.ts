import { normal } from "@qkv/nn";
import type { CausalSpec } from "../../models/causal/config.ts";
import type { OptConfig } from "./config.ts";

/** Rows of the table of positions before the first: those of fairseq's special tokens. */
const OFFSET = 2;

/** OPT as data: a learned vector for each position, which padding does not count for. */
export function optSpec(config: OptConfig): CausalSpec {
  const norm = { kind: "layerNorm", eps: 1e-5 } as const; // torch.nn.LayerNorm's default: OPT's config has no field for it
  const init = normal(config.initializerRange);
  return {
    ...(config.hasLastNorm && { norm }),
    learnedPositions: { offset: OFFSET, countsPadding: false },
    blocks: Array.from({ length: config.numLayers }, () => ({
      dModel: config.dModel,
      norm: { ...norm, placement: config.isPreNorm ? "pre" : "post" },
      selfAttn: {
        numHeads: config.numHeads,
        bias: config.hasBias,
        causal: true,
        dropout: config.attentionDropout,
      },
      ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation, bias: config.hasBias },
      dropout: config.dropout,
      init,
    })),
  };
}
