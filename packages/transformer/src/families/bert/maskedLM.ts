import { checkModule, createPass, LayerNorm, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import { linear } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { meanTokenLoss } from "../../models/meanTokenLoss.ts";
import type { BertConfig } from "./config.ts";
import { BertEncoder, type BertInputs, encoderActivations, type LossInputs } from "./encoder.ts";

/** BERT that fills in masked tokens: `BertForMaskedLM` of Hugging Face transformers. */
export class BertForMaskedLM {
  readonly config: BertConfig;
  readonly params: Params;
  readonly encoder: BertEncoder;
  readonly transform: Linear;
  readonly transformNorm: LayerNorm;
  /** Absent if the output layer is tied to the embedding. */
  readonly decoder?: Linear;
  /** [V], of a tied output layer */
  readonly decoderBias?: tf.Variable<tf.Rank.R1>;

  constructor(params: Params, config: BertConfig) {
    checkModule("BertForMaskedLM", params, { config });
    const { dModel, vocabSize, normEps, initializerRange } = config;
    const init = normal(initializerRange);
    this.encoder = new BertEncoder(params.at("encoder"), config, { pooler: false });
    this.transform = new Linear(params.at("transform"), dModel, dModel, { init });
    this.transformNorm = new LayerNorm(params.at("transformNorm"), dModel, { eps: normEps });
    if (config.tieWordEmbeddings) this.decoderBias = params.bias<tf.Rank.R1>("decoderBias", [vocabSize]);
    else this.decoder = new Linear(params.at("decoder"), dModel, vocabSize, { init });
    this.params = params;
    this.config = config;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.config, false), "transform", "logits"];
  }

  /** Computes the logits of every position's token, [B, L, V]; the caller owns them. */
  forward(inputs: BertInputs, options: PassOptions = {}): { logits: tf.Tensor3D } {
    this.params.checkInUse("BertForMaskedLM.forward");
    const pass = createPass("BertForMaskedLM.forward", options, this);
    return tidy(() => {
      const x = this.encoder.forward("BertForMaskedLM.forward", inputs, pass.at("encoder"));
      const hidden = this.transformNorm.forward(this.transform.forward(x, this.config.activation));
      const transformed = pass.tap("transform", hidden);
      const table = this.encoder.embeddings.tokens.weight;
      const logits = this.decoder?.forward(transformed) ?? linear(transformed, table, this.decoderBias);
      return { logits: pass.tap("logits", logits as tf.Tensor3D) };
    });
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
}
