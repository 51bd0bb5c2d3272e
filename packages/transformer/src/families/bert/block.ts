import type { EncoderSpec, PoolerSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import type { BertConfig } from "./config.ts";

/** BERT as data: post-norm layers, learned positions and segments, and the first token's vector for a text. */
export function bertSpec(config: BertConfig): EncoderSpec {
  const { dModel, activation, dropout, classifierDropout = dropout } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const pooler: PoolerSpec = { pooling: "first", dim: dModel, activation: "tanh" };
  return {
    embeddings: {
      dim: dModel,
      positions: { count: config.maxPositions },
      numTokenTypes: config.numTokenTypes,
      norm,
      dropout,
    },
    blocks: postNormBlocks(config),
    pooler,
    heads: {
      maskedLM: { dim: dModel, activation, norm },
      sequenceClassification: { pooler, dropout: classifierDropout },
      tokenClassification: { dropout: classifierDropout },
      questionAnswering: { dropout: 0 },
    },
  };
}
