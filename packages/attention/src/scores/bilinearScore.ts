import { checkModule, type Initializer, Linear, type Params } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { type DotProduct, product, type Score } from "./scores.ts";

/**
 * Bilinear score, qᵀ W k, for queries and keys of any two widths (Luong, Pham and Manning 2015, section 3.1,
 * "general").
 */
export class BilinearScore implements Score {
  /** Projection of a query to the keys' space. */
  readonly queryProj: Linear;

  constructor(
    params: Params,
    config: { readonly queryDim: number; readonly keyDim: number; readonly init?: Initializer },
  ) {
    checkModule("BilinearScore", params, { config });
    const { queryDim, keyDim, init } = config;
    this.queryProj = new Linear(params.at("queryProj"), queryDim, keyDim, { bias: false, ...(init && { init }) });
  }

  /** @param queries [..., Q, queryDim]  @param keys [..., K, keyDim]  @returns [..., Q, K] */
  scores(queries: tf.Tensor, keys: tf.Tensor): tf.Tensor {
    return tf.tidy(() => product(this.dotProduct(queries, keys)));
  }

  dotProduct(queries: tf.Tensor, keys: tf.Tensor): DotProduct {
    return { queries: this.queryProj.forward(queries), keys, scale: 1 };
  }
}
