import { checkModule, createPass, dropout, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { meanTokenLoss } from "../../models/meanTokenLoss.ts";
import type { BertConfig } from "./config.ts";
import { BertEncoder, type BertInputs, encoderActivations, type LossInputs } from "./encoder.ts";

/** BERT that classifies tokens, as in named entity recognition: `BertForTokenClassification` of Hugging Face transformers. */
export class BertForTokenClassification {
  readonly config: BertConfig;
  readonly params: Params;
  readonly encoder: BertEncoder;
  readonly classifier: Linear;

  constructor(params: Params, config: BertConfig) {
    checkModule("BertForTokenClassification", params, { config });
    const { dModel, labels, initializerRange } = config;
    const init = normal(initializerRange);
    this.encoder = new BertEncoder(params.at("encoder"), config, { pooler: false });
    this.classifier = new Linear(params.at("classifier"), dModel, labels.length, { init });
    this.params = params;
    this.config = config;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.config, false), "logits"];
  }

  /** Computes the logits of each token, [B, L, K]; the caller owns them. */
  forward(inputs: BertInputs, options: PassOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("BertForTokenClassification.forward");
    const pass = createPass("BertForTokenClassification.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("BertForTokenClassification.forward", inputs, pass.at("encoder"));
      const { classifierDropout: rate = this.config.dropout } = this.config;
      return { logits: pass.tap("logits", this.classifier.forward(dropout(x, rate, pass.random))) };
    });
  }

  /**
   * Computes the mean cross-entropy of the tokens that count.
   *
   * @param inputs the batch, and its labels: [B, L] int32, -100 where a token does not count
   */
  loss(inputs: LossInputs, options: PassOptions = {}): tf.Scalar {
    const { labels, ...given } = inputs;
    return tf.tidy(() => meanTokenLoss(this.forward(given, options).logits, labels, 0));
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
