import { checkModule, createPass, dropout, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { classificationLoss } from "../../models/classificationLoss.ts";
import type { BertConfig } from "./config.ts";
import { BertEncoder, type BertInputs, encoderActivations, type LossInputs } from "./encoder.ts";

/** BERT that classifies texts or pairs of texts: `BertForSequenceClassification` of Hugging Face transformers. */
export class BertForSequenceClassification {
  readonly config: BertConfig;
  readonly params: Params;
  readonly encoder: BertEncoder;
  readonly classifier: Linear;

  constructor(params: Params, config: BertConfig) {
    checkModule("BertForSequenceClassification", params, { config });
    const { dModel, labels, initializerRange } = config;
    const init = normal(initializerRange);
    this.encoder = new BertEncoder(params.at("encoder"), config, { pooler: true });
    this.classifier = new Linear(params.at("classifier"), dModel, labels.length, { init });
    this.params = params;
    this.config = config;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.config, true), "logits"];
  }

  /** Computes the logits of each text, [B, K]; the caller owns them. */
  forward(inputs: BertInputs, options: PassOptions = {}): { logits: tf.Tensor2D } {
    this.params.checkInUse("BertForSequenceClassification.forward");
    const pass = createPass("BertForSequenceClassification.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("BertForSequenceClassification.forward", inputs, pass.at("encoder"));
      const { classifierDropout: rate = this.config.dropout } = this.config;
      const pooled = dropout(this.encoder.pool(x, pass.at("encoder")), rate, pass.random);
      return { logits: pass.tap("logits", this.classifier.forward(pooled)) };
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
}
