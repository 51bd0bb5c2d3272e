import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { CausalSpec } from "../causal/config.ts";
import { decoderActivations, TextDecoder } from "../causal/decoder.ts";
import { classificationLoss } from "../classificationLoss.ts";
import { checkEncoderInputs, type EncoderInputs, type LossInputs } from "../encoder/inputs.ts";
import type { HeadedConfig } from "./config.ts";
import { lastTokens } from "./lastTokens.ts";

/**
 * A decoder that classifies texts by their last token, of any family: `LlamaForSequenceClassification` of Hugging Face
 * transformers, and its like.
 */
export class DecoderSequenceClassificationModel<Config extends HeadedConfig = HeadedConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly decoder: TextDecoder;
  readonly score: Linear;

  readonly #spec: CausalSpec;

  constructor(params: Params, config: Config, spec: CausalSpec) {
    checkModule("DecoderSequenceClassificationModel", params, { config, spec });
    const { labels, initializerRange, dModel } = config;
    const init = normal(initializerRange);
    this.decoder = new TextDecoder(params.at("decoder"), config, spec);
    this.score = new Linear(params.at("score"), dModel, labels.length, { bias: false, init });
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...decoderActivations(this.#spec).map((name) => `decoder.${name}`), "logits"];
  }

  /**
   * Computes the logits of each text, [B, K]; the caller owns them.
   *
   * @throws RangeError for several texts if the config has no `padTokenId`
   */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor2D } {
    const who = "DecoderSequenceClassificationModel.forward";
    this.params.checkInUse(who);
    checkEncoderInputs(who, inputs);
    const pass = createPass(who, options, this);
    return tidy(() => {
      const { ids, attentionMask } = inputs;
      const x = this.decoder.forward(ids, attentionMask, {}, pass.at("decoder"));
      return { logits: pass.tap("logits", this.score.forward(lastTokens(who, x, ids, this.config.padTokenId))) };
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
