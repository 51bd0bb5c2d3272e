import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { BertConfig } from "./config.ts";
import { BertEncoder, type BertInputs, encoderActivations } from "./encoder.ts";

/** Outputs of a {@link BertModel}. */
export interface BertOutput {
  /** [B, L, E] */
  readonly lastHiddenState: tf.Tensor3D;
  /** [B, E]; absent without a pooler */
  readonly poolerOutput?: tf.Tensor2D;
}

/** BERT without a head: `BertModel` of Hugging Face transformers. */
export class BertModel {
  readonly config: BertConfig;
  readonly params: Params;
  readonly encoder: BertEncoder;

  constructor(params: Params, config: BertConfig, { pooler = true }: { readonly pooler?: boolean } = {}) {
    checkModule("BertModel", params, { config });
    this.encoder = new BertEncoder(params.at("encoder"), config, { pooler });
    this.params = params;
    this.config = config;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return encoderActivations(this.config, this.encoder.pooler !== undefined);
  }

  /** Computes the hidden states of the last layer, and the pooler's vector. The caller owns them. */
  forward(inputs: BertInputs, options: PassOptions = {}): BertOutput {
    this.params.checkInUse("BertModel.forward");
    const pass = createPass("BertModel.forward", options, this).at("encoder");
    return tidy(() => {
      const lastHiddenState = this.encoder.forward("BertModel.forward", inputs, pass);
      if (this.encoder.pooler === undefined) return { lastHiddenState };
      return { lastHiddenState, poolerOutput: this.encoder.pool(lastHiddenState, pass) };
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
