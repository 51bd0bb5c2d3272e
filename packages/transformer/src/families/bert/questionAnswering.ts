import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import { crossEntropy } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { BertConfig } from "./config.ts";
import { BertEncoder, type BertInputs, encoderActivations, type LossInputs } from "./encoder.ts";

/** Scores of where an answer starts and ends. */
export interface AnswerSpans {
  /** [B, L] */
  readonly startLogits: tf.Tensor2D;
  /** [B, L] */
  readonly endLogits: tf.Tensor2D;
}

/** BERT that finds answers in a text: `BertForQuestionAnswering` of Hugging Face transformers. */
export class BertForQuestionAnswering {
  readonly config: BertConfig;
  readonly params: Params;
  readonly encoder: BertEncoder;
  readonly spans: Linear;

  constructor(params: Params, config: BertConfig) {
    checkModule("BertForQuestionAnswering", params, { config });
    const { dModel, initializerRange } = config;
    const init = normal(initializerRange);
    this.encoder = new BertEncoder(params.at("encoder"), config, { pooler: false });
    this.spans = new Linear(params.at("spans"), dModel, 2, { init });
    this.params = params;
    this.config = config;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.config, false), "logits"];
  }

  /** Computes the logits of the answer's first and last token; the caller owns them. */
  forward(inputs: BertInputs, options: PassOptions = {}): AnswerSpans {
    this.params.checkInUse("BertForQuestionAnswering.forward");
    const pass = createPass("BertForQuestionAnswering.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("BertForQuestionAnswering.forward", inputs, pass.at("encoder"));
      const logits = pass.tap("logits", this.spans.forward(x)); // [B, L, 2]
      const [startLogits, endLogits] = tf.unstack(logits, 2) as [tf.Tensor2D, tf.Tensor2D];
      return { startLogits, endLogits };
    });
  }

  /**
   * Computes the mean cross-entropy of both ends.
   *
   * @param inputs the batch, and its labels: [B, 2] int32, the first and the last token of each answer
   */
  loss(inputs: LossInputs, options: PassOptions = {}): tf.Scalar {
    const { labels, ...given } = inputs;
    return tf.tidy(() => spanLoss(this.forward(given, options), labels));
  }

  /** Disposes of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

function spanLoss({ startLogits, endLogits }: AnswerSpans, labels: tf.Tensor): tf.Scalar {
  const [starts, ends] = tf.unstack(labels, 1) as [tf.Tensor1D, tf.Tensor1D];
  const [first, last] = [crossEntropy(startLogits, starts), crossEntropy(endLogits, ends)];
  return tf.div(tf.add(tf.mean(first), tf.mean(last)), 2) as tf.Scalar;
}
