import { checkModule, createPass, dropout, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { classificationLoss } from "../classificationLoss.ts";
import { BidirectionalEncoder, encoderActivations } from "./bidirectionalEncoder.ts";
import type { EncoderConfig, EncoderSpec } from "./config.ts";
import type { EncoderInputs, LossInputs } from "./inputs.ts";
import { Pooler } from "./pooler.ts";

/**
 * A classifier of texts or of pairs of texts, of any family: `BertForSequenceClassification` of Hugging Face transformers, and
 * its like.
 */
export class SequenceClassificationModel<Config extends EncoderConfig = EncoderConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly encoder: BidirectionalEncoder;
  readonly pooler: Pooler;
  readonly classifier: Linear;

  readonly #spec: EncoderSpec;

  constructor(params: Params, config: Config, spec: EncoderSpec) {
    checkModule("SequenceClassificationModel", params, { config, spec });
    const { labels, initializerRange } = config;
    const { pooler } = spec.heads.sequenceClassification;
    const init = normal(initializerRange);
    this.encoder = new BidirectionalEncoder(params.at("encoder"), config, spec);
    this.pooler = new Pooler(params.at("pooler"), config, pooler);
    this.classifier = new Linear(params.at("classifier"), pooler.dim, labels.length, { init });
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.#spec), "pooler", "logits"];
  }

  /** Computes the logits of each text, [B, K]; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor2D } {
    this.params.checkInUse("SequenceClassificationModel.forward");
    const pass = createPass("SequenceClassificationModel.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("SequenceClassificationModel.forward", inputs, pass.at("encoder"));
      const pooled = this.pooler.forward(x, inputs.attentionMask, pass.at("pooler"));
      const dropped = dropout(pooled, this.#spec.heads.sequenceClassification.dropout, pass.random);
      return { logits: pass.tap("logits", this.classifier.forward(dropped)) };
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
