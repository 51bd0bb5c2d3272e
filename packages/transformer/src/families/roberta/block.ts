import type { EncoderSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import type { RobertaConfig } from "./config.ts";

/** RoBERTa as data: BERT's layers, positions that pass over padding, and a classifier with a pooler of its own. */
export function robertaSpec(config: RobertaConfig): EncoderSpec {
  const { dModel, padTokenId, maxPositions, dropout, classifierDropout = dropout } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const pooler = { pooling: "first", dim: dModel, activation: "tanh" } as const;
  return {
    embeddings: {
      dim: dModel,
      positions: { count: maxPositions + padTokenId + 1, afterPadding: padTokenId },
      numTokenTypes: config.numTokenTypes,
      norm,
      dropout,
    },
    blocks: postNormBlocks(config),
    pooler,
    heads: {
      maskedLM: { dim: dModel, activation: "gelu", norm },
      sequenceClassification: { pooler: { ...pooler, dropout: classifierDropout }, dropout: classifierDropout },
      tokenClassification: { dropout: classifierDropout },
      questionAnswering: { dropout: 0 },
    },
  };
}
