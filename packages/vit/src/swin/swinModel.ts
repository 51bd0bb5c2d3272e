import type { Params } from "@qkv/nn";
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
    this.backbone = new SwinBackbone(params.at("backbone"), config);
    this.params = params;
    this.config = config;
  }

  /** @param pixels [B, C, H, W] of any size. All tensors are the caller's. */
  forward(pixels: tf.Tensor4D, options: ForwardOptions = {}): SwinBackboneOutput {
    return this.backbone.forward(pixels, options);
  }

  dispose(): void {
    this.params.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
