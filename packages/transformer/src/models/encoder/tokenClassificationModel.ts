import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { meanTokenLoss } from "../meanTokenLoss.ts";
import { BidirectionalEncoder, encoderActivations } from "./bidirectionalEncoder.ts";
import type { EncoderConfig, EncoderSpec } from "./config.ts";
import type { EncoderInputs, LossInputs } from "./inputs.ts";
import { TokenHead } from "./tokenHead.ts";

/**
 * A classifier of tokens, as in named entity recognition, of any family: `BertForTokenClassification` of Hugging Face
 * transformers, and its like.
 */
export class TokenClassificationModel<Config extends EncoderConfig = EncoderConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly encoder: BidirectionalEncoder;
  readonly classifier: TokenHead;

  readonly #spec: EncoderSpec;

  constructor(params: Params, config: Config, spec: EncoderSpec) {
    checkModule("TokenClassificationModel", params, { config, spec });
    const { tokenClassification } = spec.heads;
    this.encoder = new BidirectionalEncoder(params.at("encoder"), config, spec);
    this.classifier = new TokenHead(params.at("classifier"), config, tokenClassification, config.labels.length);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.#spec), "logits"];
  }

  /** Computes the logits of each token, [B, L, K]; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("TokenClassificationModel.forward");
    const pass = createPass("TokenClassificationModel.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("TokenClassificationModel.forward", inputs, pass.at("encoder"));
      return { logits: this.classifier.forward(x, pass) };
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
