import { LearnedPositions } from "@qkv/attention";
import { checkModule, dropout, Embedding, LayerNorm, normal, type Params, type Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { BertConfig } from "./config.ts";

/** Token, position and segment vectors, summed and normalized. */
export class BertEmbeddings {
  readonly tokens: Embedding;
  readonly positions: LearnedPositions;
  readonly tokenTypes: Embedding;
  readonly norm: LayerNorm;

  readonly #dropout: number;

  constructor(params: Params, config: BertConfig) {
    checkModule("BertEmbeddings", params, { config });
    const { vocabSize, dModel, maxPositions, numTokenTypes, normEps } = config;
    const init = normal(config.initializerRange);
    this.tokens = new Embedding(params.at("tokens"), vocabSize, dModel, init);
    this.positions = new LearnedPositions(params.at("positions"), maxPositions, dModel, init);
    this.tokenTypes = new Embedding(params.at("tokenTypes"), numTokenTypes, dModel, init);
    this.norm = new LayerNorm(params.at("norm"), dModel, { eps: normEps });
    this.#dropout = config.dropout;
  }

  /**
   * @param ids [B, L] int32
   * @param tokenTypes [B, L] int32; left out: all of the first kind
   * @returns [B, L, E]
   */
  forward(ids: tf.Tensor2D, tokenTypes: tf.Tensor2D | undefined, pass: Pass): tf.Tensor3D {
    return tf.tidy(() => {
      const types = this.tokenTypes.forward(tokenTypes ?? tf.zeros([1, 1], "int32"));
      const sum = tf.add(tf.add(this.tokens.forward(ids), types), this.positions.forward(ids.shape[1]));
      return pass.tap("embeddings", dropout(this.norm.forward(sum), this.#dropout, pass.random) as tf.Tensor3D);
    });
  }
}
