import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { CausalConfig, CausalSpec } from "../causal/config.ts";
import { decoderActivations, TextDecoder } from "../causal/decoder.ts";
import { checkEncoderInputs, type EncoderInputs } from "../encoder/inputs.ts";

/**
 * A decoder without a head, of any family, that reads texts as an encoder does: `LlamaModel` and `Gemma3TextModel` of
 * Hugging Face transformers, and their like. Segments are not read.
 */
export class TextDecoderModel<Config extends CausalConfig = CausalConfig> {
  readonly config: Config;
  readonly params: Params;
  readonly decoder: TextDecoder;

  readonly #spec: CausalSpec;

  constructor(params: Params, config: Config, spec: CausalSpec) {
    checkModule("TextDecoderModel", params, { config, spec });
    this.decoder = new TextDecoder(params.at("decoder"), config, spec);
    this.params = params;
    this.config = config;
    this.#spec = spec;
  }

  /** Every activation that a pass has, by its path, in its order. */
  get activations(): readonly string[] {
    return decoderActivations(this.#spec).map((name) => `decoder.${name}`);
  }

  /** Computes the hidden states after the last norm, [B, L, E]; the caller owns them. */
  forward(inputs: EncoderInputs, options: PassOptions = {}): { lastHiddenState: tf.Tensor3D } {
    this.params.checkInUse("TextDecoderModel.forward");
    checkEncoderInputs("TextDecoderModel.forward", inputs);
    const pass = createPass("TextDecoderModel.forward", options, this);
    return tidy(() => {
      const { ids, attentionMask } = inputs;
      return { lastHiddenState: this.decoder.forward(ids, attentionMask, {}, pass.at("decoder")) };
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
