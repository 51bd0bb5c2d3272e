import type { EncoderSpec, PoolerSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import type { AlbertConfig } from "./config.ts";

/** ALBERT as data: BERT's layers above narrower tables, run again and again with the parameters of their group. */
export function albertSpec(config: AlbertConfig): EncoderSpec {
  const { dModel, embeddingDim, activation, dropout, classifierDropout } = config;
  const norm = { kind: "layerNorm", eps: config.normEps } as const;
  const pooler: PoolerSpec = { pooling: "first", dim: dModel, activation: "tanh" };
  const scopes = layerScopes(config);
  const blocks = postNormBlocks({ ...config, numLayers: scopes.length });
  return {
    embeddings: {
      dim: embeddingDim,
      positions: { count: config.maxPositions },
      numTokenTypes: config.numTokenTypes,
      norm,
      isProjected: true,
      dropout,
    },
    blocks: blocks.map((block) => ({ ...block, ffn: { ...block.ffn, outputDropout: 0 } })),
    scopes,
    pooler,
    heads: {
      maskedLM: { dim: embeddingDim, activation, norm },
      sequenceClassification: { pooler, dropout: classifierDropout },
      tokenClassification: { dropout: classifierDropout },
      questionAnswering: { dropout: 0 },
    },
  };
}

/** Where the parameters of each run of a layer are: all layers of a group, for as many runs as it has. */
function layerScopes({ numLayers, numGroups, layersPerGroup }: AlbertConfig): readonly string[] {
  return Array.from({ length: numLayers }, (_, run) => {
    const group = Math.trunc(run / (numLayers / numGroups));
    return Array.from({ length: layersPerGroup }, (_, layer) => `groups.${group}.layers.${layer}`);
  }).flat();
}
