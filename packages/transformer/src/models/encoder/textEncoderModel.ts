import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { BidirectionalEncoder, encoderActivations } from "./bidirectionalEncoder.ts";
import type { EncoderConfig, EncoderSpec } from "./config.ts";
import type { EncoderInputs } from "./inputs.ts";
import { Pooler } from "./pooler.ts";

/** Outputs of a {@link TextEncoderModel}. */
export interface TextEncoderOutput {
  /** [B, L, E] */
  readonly lastHiddenState: tf.Tensor3D;
  /** [B, E]; absent without a pooler */
  readonly poolerOutput?: tf.Tensor2D;
}

/** An encoder of text without a head, of any family: `BertModel` of Hugging Face transformers, and its like. */
export class TextEncoderModel<Config extends EncoderConfig = EncoderConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly encoder: BidirectionalEncoder;
  /** Absent if its family or its file has none. */
  readonly pooler?: Pooler;

  readonly #spec: EncoderSpec;

  /** @param spec without a `pooler` where a file has none */
  constructor(params: Params, config: Config, spec: EncoderSpec) {
    checkModule("TextEncoderModel", params, { config, spec });
    this.encoder = new BidirectionalEncoder(params.at("encoder"), config, spec);
    if (spec.pooler !== undefined) this.pooler = new Pooler(params.at("pooler"), config, spec.pooler);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return [...encoderActivations(this.#spec), ...(this.pooler === undefined ? [] : ["pooler"])];
  }

  /** Computes the hidden states of the last layer, and the pooler's vector. The caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): TextEncoderOutput {
    this.params.checkInUse("TextEncoderModel.forward");
    const pass = createPass("TextEncoderModel.forward", options, this);
    return tidy(() => {
      const lastHiddenState = this.encoder.forward("TextEncoderModel.forward", inputs, pass.at("encoder"));
      if (this.pooler === undefined) return { lastHiddenState };
      const poolerOutput = this.pooler.forward(lastHiddenState, inputs.attentionMask, pass.at("pooler"));
      return { lastHiddenState, poolerOutput };
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
