import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { dropout } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import { GRU, type GruOutput } from "./gru.ts";
import { Linear } from "./linear.ts";
import type { Params } from "./params.ts";
import type { RandomStream } from "./randomStream.ts";
import { tidy } from "./tidy.ts";
import { checkModule } from "./checkModule.ts";

/** The sizes of a {@link GruEncoder} or a {@link GruDecoder}. */
export interface RecurrentConfig {
  readonly vocabSize: number;
  /** The width of a token's vector. */
  readonly embeddingDim: number;
  /** N */
  readonly hiddenDim: number;
  /** Default 1. */
  readonly numLayers?: number;
  /** Default 0. */
  readonly dropout?: number;
}

/**
 * A recurrent encoder: token embeddings and a GRU over them (Dive into Deep Learning, section 10.7.2), bidirectional in
 * Bahdanau's encoder (arXiv:1409.0473, section 3.2).
 */
export class GruEncoder {
  readonly embedding: Embedding;
  readonly rnn: GRU;

  constructor(params: Params, config: RecurrentConfig & { readonly bidirectional?: boolean }) {
    checkModule("GruEncoder", params, { config });
    this.embedding = new Embedding(params.at("embedding"), config.vocabSize, config.embeddingDim);
    this.rnn = new GRU(params.at("rnn"), { ...config, inputDim: config.embeddingDim });
  }

  /**
   * Computes the state at each token, and the last ones.
   *
   * @param ids [B, L] int32
   * @param mask [B, L] bool, false at padding
   * @param random given while training
   */
  forward(ids: tf.Tensor, mask?: tf.Tensor, random?: RandomStream): GruOutput {
    checkTensor("GruEncoder.forward", "ids", ids, "[B, L]", "int32");
    if (mask !== undefined) checkTensor("GruEncoder.forward", "mask", mask, "[B, L]");
    return tidy(() => this.rnn.forward(this.embedding.forward(ids), { mask, random }));
  }
}

/** Computes the context of a decoder's next token, [B, C], from the state [B, N] of its last layer. */
export type Context = (state: tf.Tensor2D) => tf.Tensor2D;

/** Outputs of a {@link GruDecoder}. */
export interface DecodedSteps {
  /** [B, L, V] */
  readonly logits: tf.Tensor3D;
  readonly state: readonly tf.Tensor2D[];
}

/**
 * A recurrent decoder: at each step a GRU takes the last token's embedding and a context. A function provides the
 * context: the encoder's last state, the same at every step, makes the plain sequence-to-sequence model (section
 * 10.7.3), and attention to all of the encoder's states makes Bahdanau's (section 11.4).
 */
export class GruDecoder {
  readonly embedding: Embedding;
  readonly rnn: GRU;
  readonly outProj: Linear;

  readonly #dropout: number;

  constructor(params: Params, config: RecurrentConfig & { readonly contextDim: number }) {
    checkModule("GruDecoder", params, { config });
    const { contextDim, ...sizes } = config;
    this.embedding = new Embedding(params.at("embedding"), config.vocabSize, config.embeddingDim);
    this.rnn = new GRU(params.at("rnn"), { ...sizes, inputDim: contextDim + config.embeddingDim });
    this.outProj = new Linear(params.at("outProj"), config.hiddenDim, config.vocabSize);
    this.#dropout = config.dropout ?? 0;
  }

  /**
   * Computes the logits of the tokens that follow `ids`, step by step, and the state to continue from.
   *
   * @param ids [B, L] int32, the tokens before those to predict
   * @param state the state from the encoder, or from the call before
   * @param context the context of each step
   * @param random given while training
   */
  forward(ids: tf.Tensor, state: readonly tf.Tensor2D[], context: Context, random?: RandomStream): DecodedSteps {
    checkTensor("GruDecoder.forward", "ids", ids, "[B, L]", "int32");
    return tidy(() => {
      let seen = state;
      const outputs = tf.unstack(this.embedding.forward(ids), 1).map((embedded) => {
        const x = tf.concat([context(seen.at(-1) as tf.Tensor2D), embedded as tf.Tensor2D], 1);
        const step = this.rnn.forward(tf.expandDims(x, 1) as tf.Tensor3D, { state: seen, random });
        seen = step.state;
        return step.output;
      });
      const logits = this.outProj.forward(dropout(tf.concat(outputs, 1), this.#dropout, random));
      return { logits, state: seen };
    });
  }
}
