import { type Activation, normal } from "@qkv/nn";
import type { BlockSpec } from "../../block/spec.ts";

/** Sizes and rates of an encoder's layers. */
export interface EncoderLayers {
  /** E */
  readonly dModel: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly ffnDim: number;
  readonly activation: Activation;
  readonly normEps: number;
  /** Probability of dropping a value while training: of embeddings and sublayers, of attention probabilities. */
  readonly dropout: number;
  readonly attentionDropout: number;
  readonly initializerRange: number;
}

/** The layers of BERT and most encoders after it as data: post-norm, every position seen by every other. */
export function postNormBlocks(config: EncoderLayers): readonly BlockSpec[] {
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
