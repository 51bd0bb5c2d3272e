import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { type AnswerSpans, spanLoss } from "../spanLoss.ts";
import { BidirectionalEncoder, encoderActivations } from "./bidirectionalEncoder.ts";
import type { EncoderConfig, EncoderSpec } from "./config.ts";
import type { EncoderInputs, LossInputs } from "./inputs.ts";
import { TokenHead } from "./tokenHead.ts";

/**
 * A model that finds answers in a text, of any family: `BertForQuestionAnswering` of Hugging Face transformers, and its
 * like.
 */
export class QuestionAnsweringModel<Config extends EncoderConfig = EncoderConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly encoder: BidirectionalEncoder;
  readonly spans: TokenHead;

  readonly #spec: EncoderSpec;

  constructor(params: Params, config: Config, spec: EncoderSpec) {
    checkModule("QuestionAnsweringModel", params, { config, spec });
    this.encoder = new BidirectionalEncoder(params.at("encoder"), config, spec);
    this.spans = new TokenHead(params.at("spans"), config, spec.heads.questionAnswering, 2);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.#spec), "logits"];
  }

  /** Computes the logits of the answer's first and last token; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): AnswerSpans {
    this.params.checkInUse("QuestionAnsweringModel.forward");
    const pass = createPass("QuestionAnsweringModel.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("QuestionAnsweringModel.forward", inputs, pass.at("encoder"));
      const logits = this.spans.forward(x, pass); // [B, L, 2]
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
