import { checkTensor } from "@qkv/ops";
import { checkModule, type Params } from "@qkv/nn";
import type { ForwardOptions } from "@qkv/transformer";
import type * as tf from "@tensorflow/tfjs-core";
import { SwinBackbone, type SwinBackboneOutput } from "./backbone.ts";
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

  /**
   * The patches after the last stage, and whatever else is asked for. All tensors are the caller's.
   *
   * @param pixels [B, C, H, W] of any size
   */
  forward(pixels: tf.Tensor, options: ForwardOptions = {}): SwinBackboneOutput {
    this.params.checkInUse("SwinModel.forward");
    checkTensor("SwinModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return this.backbone.forward(pixels, options);
  }

  /** Lets go of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
