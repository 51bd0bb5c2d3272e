import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { CausalSpec } from "../causal/config.ts";
import { decoderActivations, TextDecoder } from "../causal/decoder.ts";
import { checkEncoderInputs, type EncoderInputs, type LossInputs } from "../encoder/inputs.ts";
import { TokenHead } from "../encoder/tokenHead.ts";
import { type AnswerSpans, spanLoss } from "../spanLoss.ts";
import type { HeadedConfig } from "./config.ts";

/**
 * A decoder that finds answers in a text, of any family: `LlamaForQuestionAnswering` of Hugging Face transformers, and its like.
 */
export class DecoderQuestionAnsweringModel<Config extends HeadedConfig = HeadedConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly decoder: TextDecoder;
  readonly spans: TokenHead;

  readonly #spec: CausalSpec;

  constructor(params: Params, config: Config, spec: CausalSpec) {
    checkModule("DecoderQuestionAnsweringModel", params, { config, spec });
    this.decoder = new TextDecoder(params.at("decoder"), config, spec);
    this.spans = new TokenHead(params.at("spans"), config, { dropout: 0 }, 2);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...decoderActivations(this.#spec).map((name) => `decoder.${name}`), "logits"];
  }

  /** Computes the logits of the answer's first and last token; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): AnswerSpans {
    this.params.checkInUse("DecoderQuestionAnsweringModel.forward");
    checkEncoderInputs("DecoderQuestionAnsweringModel.forward", inputs);
    const pass = createPass("DecoderQuestionAnsweringModel.forward", options, this);
    return tidy(() => {
      const { ids, attentionMask } = inputs;
      const logits = this.spans.forward(this.decoder.forward(ids, attentionMask, {}, pass.at("decoder")), pass); // [B, L, 2]
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
