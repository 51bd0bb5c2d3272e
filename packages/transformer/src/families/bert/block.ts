import { normal } from "@qkv/nn";
import type { BlockSpec } from "../../block/spec.ts";
import type { BertConfig } from "./config.ts";

/** BERT's layers as data: post-norm, every position seen by every other. */
export function bertBlocks(config: BertConfig): readonly BlockSpec[] {
  const block: BlockSpec = {
    dModel: config.dModel,
    norm: { kind: "layerNorm", eps: config.normEps, placement: "post" },
    selfAttn: { numHeads: config.numHeads, dropout: config.attentionDropout },
    ffn: { kind: "mlp", dim: config.ffnDim, activation: config.activation },
    dropout: config.dropout,
    init: normal(config.initializerRange),
  };
  return Array<BlockSpec>(config.numLayers).fill(block);
}
