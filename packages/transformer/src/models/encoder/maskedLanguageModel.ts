import { checkModule, createPass, Linear, normal, type Params, Pass, type PassOptions, tidy } from "@qkv/nn";
import { checkTensor, linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { meanTokenLoss } from "../meanTokenLoss.ts";
import { BidirectionalEncoder, encoderActivations } from "./bidirectionalEncoder.ts";
import type { EncoderConfig, EncoderSpec } from "./config.ts";
import { HeadTransform } from "./headTransform.ts";
import type { EncoderInputs, LossInputs } from "./inputs.ts";

/** A model that fills in masked tokens, of any family: `BertForMaskedLM` of Hugging Face transformers, and its like. */
export class MaskedLanguageModel<Config extends EncoderConfig = EncoderConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly encoder: BidirectionalEncoder;
  readonly transform: HeadTransform;
  /** Absent if the output layer is tied to the embedding. */
  readonly decoder?: Linear;
  /** [V], of a tied output layer that has one */
  readonly decoderBias?: tf.Variable<tf.Rank.R1>;

  readonly #spec: EncoderSpec;

  constructor(params: Params, config: Config, spec: EncoderSpec) {
    checkModule("MaskedLanguageModel", params, { config, spec });
    const { vocabSize, initializerRange, tieWordEmbeddings } = config;
    const { decoderBias = true, ...transform } = spec.heads.maskedLM;
    this.encoder = new BidirectionalEncoder(params.at("encoder"), config, spec);
    this.transform = new HeadTransform(params.at("transform"), config, transform);
    if (!tieWordEmbeddings) {
      const options = { bias: decoderBias, init: normal(initializerRange) };
      this.decoder = new Linear(params.at("decoder"), transform.dim, vocabSize, options);
    } else if (decoderBias) this.decoderBias = params.bias<tf.Rank.R1>("decoderBias", [vocabSize]);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.#spec), "transform", "logits"];
  }

  /** Computes the logits of every position's token, [B, L, V]; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("MaskedLanguageModel.forward");
    const pass = createPass("MaskedLanguageModel.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("MaskedLanguageModel.forward", inputs, pass.at("encoder"));
      return { logits: this.#logits(x, pass) };
    });
  }

  /**
   * Computes the logits of hidden states as if the encoder had given them; the caller owns them.
   *
   * @param x [B, L, E]
   * @returns [B, L, V]
   */
  logitsOf(x: tf.Tensor): tf.Tensor3D {
    this.params.checkInUse("MaskedLanguageModel.logitsOf");
    checkTensor("MaskedLanguageModel.logitsOf", "x", x, "[B, L, E]");
    return tf.tidy(() => this.#logits(x, Pass.plain));
  }

  /**
   * Computes the mean cross-entropy of the masked tokens.
   *
   * @param inputs the batch, and its labels: [B, L] int32, -100 where nothing is masked
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

  /** [B, L, E] -> [B, L, V] */
  #logits(x: tf.Tensor3D, pass: Pass): tf.Tensor3D {
    const transformed = pass.tap("transform", this.transform.forward(x));
    const table = this.encoder.embeddings.tokens.weight;
    const logits = this.decoder?.forward(transformed) ?? linear(transformed, table, this.decoderBias);
    return pass.tap("logits", logits as tf.Tensor3D);
  }
}
