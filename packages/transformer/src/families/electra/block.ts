import type { EncoderSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import type { ElectraConfig } from "./config.ts";

/** ELECTRA as data: BERT's layers above narrower tables, and the heads of its generator and of its discriminator. */
export function electraSpec(config: ElectraConfig): EncoderSpec {
  const { dModel, embeddingDim, activation, dropout, classifierDropout = dropout } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  return {
    embeddings: {
      dim: embeddingDim,
      positions: { count: config.maxPositions },
      numTokenTypes: config.numTokenTypes,
      norm,
      isProjected: embeddingDim !== dModel,
      dropout,
    },
    blocks: postNormBlocks(config),
    heads: {
      maskedLM: { dim: embeddingDim, activation: "gelu", norm },
      sequenceClassification: {
        pooler: { pooling: "first", dim: dModel, activation: "gelu", dropout: classifierDropout },
        dropout: classifierDropout,
      },
      tokenClassification: { dropout: classifierDropout },
      questionAnswering: { dropout: 0 },
      replacedTokenDetection: { dim: dModel, activation },
    },
  };
}
