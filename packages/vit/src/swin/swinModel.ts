import { checkTensor } from "@qkv/ops";
import { checkModule, createPass, type Params, type PassOptions } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { swinActivations, SwinBackbone, type SwinBackboneOutput } from "./backbone.ts";
import type { SwinConfig } from "./config.ts";

/** A Swin Transformer without a classifier: `SwinModel` of Hugging Face transformers. */
export class SwinModel {
  readonly config: SwinConfig;
  readonly params: Params;
  readonly backbone: SwinBackbone;

  constructor(params: Params, config: SwinConfig) {
    checkModule("SwinModel", params, { config });
    this.backbone = new SwinBackbone(params.at("backbone"), config);
    this.params = params;
    this.config = config;
  }

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    return swinActivations(this.config);
  }

  /**
   * The patches after the last stage, and their mean. Both are the caller's.
   *
   * @param pixels [B, C, H, W] of any size
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): SwinBackboneOutput {
    this.params.checkInUse("SwinModel.forward");
    checkTensor("SwinModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("SwinModel.forward", options, this);
    return this.backbone.forward(pixels, pass.at("backbone"));
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
