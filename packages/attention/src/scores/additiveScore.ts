import { checkModule, type Initializer, Linear, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Score } from "./scores.ts";

/** The sizes of an {@link AdditiveScore}. */
export interface AdditiveScoreConfig {
  readonly queryDim: number;
  readonly keyDim: number;
  /** N, the number of features that a query and a key are compared by. */
  readonly hiddenDim: number;
  /** Initializer of the three weights. Default Xavier's uniform. */
  readonly init?: Initializer;
}

/**
 * Additive score, vᵀ tanh(W q + U k): queries and keys of any two widths (Bahdanau, Cho and Bengio 2015, appendix
 * A.1.2).
 */
export class AdditiveScore implements Score {
  readonly queryProj: Linear;
  readonly keyProj: Linear;
  readonly scoreProj: Linear;

  constructor(params: Params, config: AdditiveScoreConfig) {
    checkModule("AdditiveScore", params, { config });
    const { queryDim, keyDim, hiddenDim, init } = config;
    const options = { bias: false, ...(init && { init }) };
    this.queryProj = new Linear(params.at("queryProj"), queryDim, hiddenDim, options);
    this.keyProj = new Linear(params.at("keyProj"), keyDim, hiddenDim, options);
    this.scoreProj = new Linear(params.at("scoreProj"), hiddenDim, 1, options);
  }

  /** @param queries [..., Q, queryDim]  @param keys [..., K, keyDim]  @returns [..., Q, K] */
  scores(queries: tf.Tensor, keys: tf.Tensor): tf.Tensor {
    return tf.tidy(() => {
      const q = tf.expandDims(this.queryProj.forward(queries), -2); // [..., Q, 1, N]
      const k = tf.expandDims(this.keyProj.forward(keys), -3); // [..., 1, K, N]
      return tf.squeeze(this.scoreProj.forward(tf.tanh(tf.add(q, k))), [-1]);
    });
  }
}
