import { sinusoidalPositions } from "@qkv/attention";
import type { Initializer } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { EncoderSpec } from "../../models/encoder/config.ts";
import { postNormBlocks } from "../../models/encoder/postNormBlocks.ts";
import type { DistilBertConfig } from "./config.ts";

const NORM_EPS = 1e-12;

/** DistilBERT as data: half of BERT's layers, no segments, and a classifier with a pooler of its own. */
export function distilBertSpec(config: DistilBertConfig): EncoderSpec {
  const { dModel, activation, dropout, classifierDropout } = config;
  const norm = { kind: "layerNorm", eps: NORM_EPS } as const;
  return {
    embeddings: {
      dim: dModel,
      positions: { count: config.maxPositions, ...(config.sinusoidalPositions && { init: sines }) },
      numTokenTypes: 0,
      norm,
      dropout,
    },
    blocks: postNormBlocks({ ...config, normEps: NORM_EPS }),
    heads: {
      maskedLM: { dim: dModel, activation, norm },
      sequenceClassification: {
        pooler: { pooling: "first", dim: dModel, activation: "relu" },
        dropout: classifierDropout,
      },
      tokenClassification: { dropout },
      questionAnswering: { dropout: config.answerDropout },
    },
  };
}

/** [positions, E] */
const sines: Initializer = (shape) => {
  const [count = 0, width = 0] = shape;
  return tf.tensor2d(sinusoidalPositions(count, width), [count, width]);
};
