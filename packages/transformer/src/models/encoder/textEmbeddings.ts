import { LearnedPositions } from "@qkv/attention";
import { checkModule, dropout, Embedding, Linear, normal, type Params, type Pass } from "@qkv/nn";
import { checkTensor, embedding } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { createNorm, type Norm } from "../../block/norm.ts";
import type { EncoderConfig, TextEmbeddingsSpec } from "./config.ts";
import type { EncoderInputs } from "./inputs.ts";

/** Token, position and segment vectors, summed and normalized. */
export class TextEmbeddings {
  readonly tokens: Embedding;
  /** Absent if no position has a learned vector. */
  readonly positions?: LearnedPositions;
  /** Absent if tokens have no segments. */
  readonly tokenTypes?: Embedding;
  readonly norm: Norm;
  /** Map to the width of the layers. Absent where the tables have it. */
  readonly projection?: Linear;

  readonly #afterPadding: number | undefined;
  readonly #isMasked: boolean;
  readonly #dropout: number;

  constructor(params: Params, config: EncoderConfig, spec: TextEmbeddingsSpec) {
    checkModule("TextEmbeddings", params, { config, spec });
    const { dim, positions, numTokenTypes, isProjected = false } = spec;
    const init = normal(config.initializerRange);
    this.tokens = new Embedding(params.at("tokens"), config.vocabSize, dim, init);
    if (positions !== undefined) {
      this.positions = new LearnedPositions(params.at("positions"), positions.count, dim, positions.init ?? init);
    }
    if (numTokenTypes > 0) this.tokenTypes = new Embedding(params.at("tokenTypes"), numTokenTypes, dim, init);
    this.norm = createNorm(params.at("norm"), dim, spec.norm);
    if (isProjected) this.projection = new Linear(params.at("projection"), dim, config.dModel, { init });
    this.#afterPadding = positions?.afterPadding;
    this.#isMasked = spec.isMasked ?? false;
    this.#dropout = spec.dropout ?? 0;
  }

  /**
   * @param inputs of the batch: ids, segments and what is padding
   * @returns [B, L, E]
   * @throws RangeError for a text longer than the table of positions
   */
  forward({ ids, tokenTypes, attentionMask }: EncoderInputs, pass: Pass): tf.Tensor3D {
    checkTensor("TextEmbeddings.forward", "ids", ids, "[B, L]", "int32");
    return tf.tidy(() => {
      let sum: tf.Tensor = pass.tap("tokenEmbeddings", this.tokens.forward(ids));
      if (this.tokenTypes !== undefined) {
        sum = tf.add(sum, this.tokenTypes.forward(tokenTypes ?? tf.zeros([1, 1], "int32")));
      }
      if (this.positions !== undefined) sum = tf.add(sum, pass.tap("positionEmbeddings", this.#place(this.positions, ids)));
      const normed = this.norm.forward(sum);
      const hasMask = this.#isMasked && attentionMask !== undefined;
      const seen = hasMask ? tf.mul(normed, tf.expandDims(tf.cast(attentionMask, "float32"), 2)) : normed;
      const dropped = dropout(seen, this.#dropout, pass.random) as tf.Tensor3D;
      return pass.tap("embeddings", this.projection?.forward(dropped) ?? dropped);
    });
  }

  /** [L, E'], or [B, L, E'] where padding has no position */
  #place(positions: LearnedPositions, ids: tf.Tensor2D): tf.Tensor {
    const padding = this.#afterPadding;
    if (padding === undefined) return positions.forward(ids.shape[1]);
    const longest = positions.weight.shape[0] - padding - 1;
    if (ids.shape[1] > longest) {
      throw new RangeError(`TextEmbeddings: expected at most ${longest} positions, got ${ids.shape[1]}`);
    }
    const isToken = tf.cast(tf.notEqual(ids, padding), "int32");
    const counted = tf.mul(tf.cumsum(isToken, 1), isToken); // 1, 2, ... and 0 at padding
    return embedding(positions.weight, tf.cast(tf.add(counted, padding), "int32"));
  }
}
