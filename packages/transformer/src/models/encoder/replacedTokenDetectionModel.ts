import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { classificationLoss } from "../classificationLoss.ts";
import { BidirectionalEncoder, encoderActivations } from "./bidirectionalEncoder.ts";
import type { EncoderConfig, EncoderSpec, TransformSpec } from "./config.ts";
import { HeadTransform } from "./headTransform.ts";
import type { EncoderInputs, LossInputs } from "./inputs.ts";

/**
 * A discriminator that finds the tokens which a generator put in the place of others (ELECTRA, arXiv:2003.10555):
 * `ElectraForPreTraining` of Hugging Face transformers.
 */
export class ReplacedTokenDetectionModel<Config extends EncoderConfig = EncoderConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly encoder: BidirectionalEncoder;
  readonly transform: HeadTransform;
  readonly detector: Linear;

  readonly #spec: EncoderSpec;

  /** @throws RangeError if the spec has no such head */
  constructor(params: Params, config: Config, spec: EncoderSpec) {
    checkModule("ReplacedTokenDetectionModel", params, { config, spec });
    const transform = transformOf(spec);
    this.encoder = new BidirectionalEncoder(params.at("encoder"), config, spec);
    this.transform = new HeadTransform(params.at("transform"), config, transform);
    this.detector = new Linear(params.at("detector"), transform.dim, 1, { init: normal(config.initializerRange) });
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.#spec), "transform", "logits"];
  }

  /** Computes a logit of each token, [B, L], above 0 where it was likely replaced; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor2D } {
    this.params.checkInUse("ReplacedTokenDetectionModel.forward");
    const pass = createPass("ReplacedTokenDetectionModel.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("ReplacedTokenDetectionModel.forward", inputs, pass.at("encoder"));
      const transformed = pass.tap("transform", this.transform.forward(x));
      return { logits: pass.tap("logits", tf.squeeze(this.detector.forward(transformed), [2]) as tf.Tensor2D) };
    });
  }

  /**
   * Computes the mean binary cross-entropy of the tokens that the mask keeps.
   *
   * @param inputs the batch, and its labels: [B, L] int32, 1 where a token was replaced
   */
  loss(inputs: LossInputs, options: PassOptions = {}): tf.Scalar {
    const { labels, ...given } = inputs;
    return tf.tidy(() => {
      const { logits } = this.forward(given, options);
      const kept = given.attentionMask ?? tf.cast(tf.onesLike(logits), "bool");
      const hidden = tf.logicalNot(kept);
      // A hidden token has the label 0 and a logit so low that its loss is 0.
      const seen = tf.where(hidden, tf.fill(logits.shape, -1e9), logits) as tf.Tensor2D;
      const targets = tf.where(hidden, tf.zerosLike(logits), tf.cast(labels, "float32"));
      const mean = classificationLoss(seen, targets, MULTI_LABEL);
      return tf.mul(mean, tf.div(logits.size, tf.sum(tf.cast(kept, "float32")))) as tf.Scalar;
    });
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

const MULTI_LABEL = { labels: [], problemType: "multi_label_classification" } as const;

function transformOf({ heads }: EncoderSpec): TransformSpec {
  const transform = heads?.replacedTokenDetection;
  if (transform !== undefined) return transform;
  throw new RangeError("ReplacedTokenDetectionModel: expected a spec with heads.replacedTokenDetection, got none");
}
