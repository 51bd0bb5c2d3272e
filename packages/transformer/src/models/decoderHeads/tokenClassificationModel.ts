import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { CausalSpec } from "../causal/config.ts";
import { decoderActivations, TextDecoder } from "../causal/decoder.ts";
import { checkEncoderInputs, type EncoderInputs, type LossInputs } from "../encoder/inputs.ts";
import { TokenHead } from "../encoder/tokenHead.ts";
import { meanTokenLoss } from "../meanTokenLoss.ts";
import type { HeadedConfig } from "./config.ts";

/**
 * A decoder that classifies tokens, of any family: `LlamaForTokenClassification` of Hugging Face transformers, and its like.
 */
export class DecoderTokenClassificationModel<Config extends HeadedConfig = HeadedConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly decoder: TextDecoder;
  readonly classifier: TokenHead;

  readonly #spec: CausalSpec;

  constructor(params: Params, config: Config, spec: CausalSpec) {
    checkModule("DecoderTokenClassificationModel", params, { config, spec });
    const { labels, classifierDropout } = config;
    this.decoder = new TextDecoder(params.at("decoder"), config, spec);
    this.classifier = new TokenHead(params.at("classifier"), config, { dropout: classifierDropout }, labels.length);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...decoderActivations(this.#spec).map((name) => `decoder.${name}`), "logits"];
  }

  /** Computes the logits of each token, [B, L, K]; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("DecoderTokenClassificationModel.forward");
    checkEncoderInputs("DecoderTokenClassificationModel.forward", inputs);
    const pass = createPass("DecoderTokenClassificationModel.forward", options, this);
    return tidy(() => {
      const { ids, attentionMask } = inputs;
      const x = this.decoder.forward(ids, attentionMask, {}, pass.at("decoder"));
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
