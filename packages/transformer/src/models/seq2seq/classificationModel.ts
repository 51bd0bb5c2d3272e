import { checkModule, createPass, dropout, type Embedding, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { Labels } from "../../config/labels.ts";
import { classificationLoss } from "../classificationLoss.ts";
import { checkEncoderInputs, type EncoderInputs, type LossInputs } from "../encoder/inputs.ts";
import type { Seq2SeqConfig, Seq2SeqSpec } from "./config.ts";
import { EncoderDecoder } from "./encoderDecoder.ts";
import type { Seq2SeqSide } from "./side.ts";

/** What the config of an encoder-decoder that classifies has. */
export interface Seq2SeqClassifierConfig extends Seq2SeqConfig, Labels {
  /** Probability of dropping a value before either map of the head while training. */
  readonly classifierDropout: number;
  /** Standard deviation of the normal distribution that initializes weight matrices. */
  readonly initializerRange: number;
}

/**
 * A classifier of texts or of pairs of texts that reads a text with the encoder and again with the decoder, and judges by the
 * decoder's output for the last end token: `BartForSequenceClassification` of Hugging Face transformers.
 */
export class Seq2SeqClassificationModel<Config extends Seq2SeqClassifierConfig = Seq2SeqClassifierConfig> {
  readonly config: Config;
  readonly params: Params;
  /** The embedding of both sides; absent if each has its own. */
  readonly shared?: Embedding;
  readonly encoder: Seq2SeqSide;
  readonly decoder: Seq2SeqSide;
  readonly dense: Linear;
  readonly classifier: Linear;

  readonly #body: EncoderDecoder;
  readonly #startsWithLast: boolean;

  /** @param startsWithLast whether the decoder reads a text behind its own last token (mBART), not behind the start token */
  constructor(params: Params, config: Config, spec: Seq2SeqSpec, startsWithLast = false) {
    checkModule("Seq2SeqClassificationModel", params, { config, spec });
    const { dModel, labels, initializerRange } = config;
    const init = normal(initializerRange);
    this.#body = new EncoderDecoder(params, config, spec);
    if (this.#body.shared !== undefined) this.shared = this.#body.shared;
    this.encoder = this.#body.encoder;
    this.decoder = this.#body.decoder;
    this.dense = new Linear(params.at("dense"), dModel, dModel, { init });
    this.classifier = new Linear(params.at("classifier"), dModel, labels.length, { init });
    this.params = params;
    this.config = config;
    this.#startsWithLast = startsWithLast;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...this.#body.activations, "logits"];
  }

  /** Computes the logits of each text, [B, K], NaN of one without an end token; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor2D } {
    const who = "Seq2SeqClassificationModel.forward";
    this.params.checkInUse(who);
    checkEncoderInputs(who, inputs);
    const pass = createPass(who, options, this);
    const { classifierDropout } = this.config;
    return tidy(() => {
      const ids = inputs.ids as tf.Tensor2D;
      const memory = this.#body.encode(ids, inputs.attentionMask as tf.Tensor2D | undefined, pass);
      const x = this.#body.decode(this.#shifted(ids), memory, undefined, pass);
      const pooled = dropout(this.#atLastEnd(x, ids), classifierDropout, pass.random);
      const hidden = dropout(this.dense.forward(pooled, "tanh"), classifierDropout, pass.random);
      return { logits: pass.tap("logits", this.classifier.forward(hidden)) };
    });
  }

  /**
   * Computes the mean loss of the problem type: cross-entropy, binary cross-entropy, or squared error.
   *
   * @param inputs the batch, and its labels: [B] int32, or of several labels and of regression [B, K]
   */
  loss(inputs: LossInputs, options: PassOptions = {}): tf.Scalar {
    const { labels, ...given } = inputs;
    return tf.tidy(() => classificationLoss(this.forward(given, options).logits, labels, this.config));
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** The text behind a start token or its own last, without that: [B, L] -> [B, L]. */
  #shifted(ids: tf.Tensor2D): tf.Tensor2D {
    const [batch, length] = ids.shape;
    const start = this.#startsWithLast ? this.#last(ids) : tf.fill([batch, 1], this.config.decoderStartTokenId, "int32");
    return tf.concat([start as tf.Tensor2D, tf.slice(ids, [0, 0], [batch, length - 1])], 1);
  }

  /** The last token of each text, at as many places as there are tokens: [B, 1] */
  #last(ids: tf.Tensor2D): tf.Tensor {
    const isToken = tf.cast(tf.notEqual(ids, this.config.padTokenId), "int32");
    const isLast = tf.equal(tf.cumsum(tf.onesLike(ids), 1), tf.sum(isToken, 1, true));
    return tf.cast(tf.sum(tf.mul(tf.cast(isLast, "int32"), ids), 1, true), "int32");
  }

  /** [B, L, E] at each text's last end token: [B, E] */
  #atLastEnd(x: tf.Tensor3D, ids: tf.Tensor2D): tf.Tensor2D {
    const places = tf.range(1, ids.shape[1] + 1, 1, "float32");
    const isEnd = tf.cast(tf.cast(tf.equal(ids, this.config.eosTokenId), "int32"), "float32");
    const last = tf.max(tf.mul(isEnd, places), 1, true); // [B, 1], 0 if there is none
    const isLast = tf.cast(tf.cast(tf.equal(places, last), "int32"), "float32"); // [B, L]
    const weights = tf.div(isLast, tf.sum(isLast, 1, true)); // 0 / 0 if there is none
    return tf.squeeze(tf.matMul(tf.expandDims(weights, 1) as tf.Tensor3D, x), [1]);
  }
}
