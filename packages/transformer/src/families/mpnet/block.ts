import type { EncoderSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import { MPNET_BUCKETS, MPNET_PADDING, type MpnetConfig } from "./config.ts";

/** MPNet as data: BERT's layers, positions that pass over padding, and one bias of distances for all layers. */
export function mpnetSpec(config: MpnetConfig): EncoderSpec {
  const { dModel, numHeads, dropout, relativeRows } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const pooler = { pooling: "first", dim: dModel, activation: "tanh" } as const;
  return {
    embeddings: {
      dim: dModel,
      positions: { count: config.maxPositions + MPNET_PADDING + 1, afterPadding: MPNET_PADDING },
      numTokenTypes: 0,
      norm,
      dropout,
    },
    positionBias: {
      kind: "relative",
      numHeads,
      numBuckets: MPNET_BUCKETS,
      maxDistance: 128,
      bidirectional: true,
      tableRows: relativeRows,
    },
    blocks: postNormBlocks(config),
    pooler,
    heads: {
      maskedLM: { dim: dModel, activation: "gelu", norm },
      sequenceClassification: { pooler: { ...pooler, dropout }, dropout },
      tokenClassification: { dropout },
      questionAnswering: { dropout: 0 },
    },
  };
}
