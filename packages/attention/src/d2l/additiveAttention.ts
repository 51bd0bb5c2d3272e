import { checkTensor } from "@qkv/ops";
import { checkModule, type Params, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { AdditiveScore, type AdditiveScoreConfig } from "../scores/additiveScore.ts";
import { checkPooled } from "../checks/argumentChecks.ts";
import { attentionStages } from "../scaledDotProduct/stages.ts";
import { type KeptWeightsOptions, maskOf } from "./dotProductAttention.ts";
import { LastWeights } from "./lastWeights.ts";
import type { ValidLengths } from "../masks/validLengths.ts";

/** Sizes and options of an {@link AdditiveAttention}. */
export interface AdditiveAttentionConfig extends AdditiveScoreConfig, KeptWeightsOptions {
  /** Probability of dropping a weight while training. Default 0. */
  readonly dropout?: number;
}

/** Additive attention with the interface of Dive into Deep Learning, section 11.3: queries and keys of any two widths. */
export class AdditiveAttention {
  readonly score: AdditiveScore;

  readonly #config: AdditiveAttentionConfig;
  readonly #last = new LastWeights();

  constructor(params: Params, config: AdditiveAttentionConfig) {
    checkModule("AdditiveAttention", params, { config });
    this.score = new AdditiveScore(params.at("score"), config);
    this.#config = config;
  }

  /** [B, Q, K] of the last call, before dropout; undefined unless kept. The module owns it. */
  get attentionWeights(): tf.Tensor3D | undefined {
    return this.#last.get();
  }

  /**
   * @param queries [B, Q, queryDim]
   * @param keys [B, K, keyDim]
   * @param values [B, K, V]
   * @param validLens number of valid keys, for each B or for each B and Q
   * @param random stream of dropout, given while training
   * @returns [B, Q, V]
   * @throws RangeError if shapes do not fit, there is no key, or a length is not an integer from 0 to K
   */
  forward(
    queries: tf.Tensor,
    keys: tf.Tensor,
    values: tf.Tensor,
    validLens?: ValidLengths,
    random?: RandomStream,
  ): tf.Tensor3D {
    checkTensor("AdditiveAttention.forward", "queries", queries, "[B, Q, D]");
    checkTensor("AdditiveAttention.forward", "keys", keys, "[B, K, D]");
    checkTensor("AdditiveAttention.forward", "values", values, "[B, K, V]");
    checkPooled("AdditiveAttention", queries, keys, values, { sameWidth: false });
    const { dropout, emptyRows, keepWeights } = this.#config;
    return tf.tidy(() => {
      const mask = validLens && maskOf(validLens, queries, keys);
      const { probabilities, droppedProbabilities } = attentionStages(queries, keys, {
        score: this.score,
        mask,
        dropout,
        random,
        emptyRows,
      });
      if (keepWeights) this.#last.set(probabilities);
      return tf.matMul(droppedProbabilities, values);
    });
  }

  /** Disposes of the kept weights; the parameters belong to `Params`. */
  dispose(): void {
    this.#last.dispose();
  }
}
