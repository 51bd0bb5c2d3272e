import type { Params } from "@qkv/nn";
import type { EncoderSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import type { DebertaV2Config } from "./config.ts";
import { disentangledScale, DisentangledScore } from "./disentangledScore.ts";
import { RelativeTable } from "./relativeVectors.ts";

/** DeBERTa as data: BERT's layers with scores that tell contents from distances, and padding that sees and is seen by none. */
export function debertaV2Spec(config: DebertaV2Config): EncoderSpec {
  const { dModel, numLayers, activation, dropout, classifierDropout = dropout, relative } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const scale = disentangledScale(config);
  return {
    embeddings: {
      dim: dModel,
      ...(config.absolutePositions && { positions: { count: config.maxPositions } }),
      numTokenTypes: config.numTokenTypes,
      norm,
      isMasked: true,
      dropout,
    },
    isPaddingBlind: true,
    blocks: postNormBlocks(config).map((block) => ({
      ...block,
      selfAttn: { ...block.selfAttn, scale, emptyRows: "uniform" },
    })),
    ...(relative && {
      scores: (params: Params) => {
        const table = new RelativeTable(params.at("relative"), config, relative);
        const scoreOf = (_: unknown, layer: number) =>
          new DisentangledScore(params.at("layers", layer, "selfAttn"), config, table);
        return Array.from({ length: numLayers }, scoreOf);
      },
    }),
    heads: {
      maskedLM: { dim: dModel, activation, norm },
      sequenceClassification: {
        pooler: {
          pooling: "first",
          dim: dModel,
          activation: config.poolerActivation,
          dropout: config.poolerDropout,
        },
        dropout: classifierDropout,
      },
      tokenClassification: { dropout },
      questionAnswering: { dropout: 0 },
    },
  };
}
