import { checkTensor } from "@qkv/ops";
import { checkModule, activate, Linear, normal, type Params, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { type BackboneOutput, tokenAt, VitBackbone, type VitForwardOptions } from "./backbone.ts";
import type { VitConfig } from "./config.ts";

/** What a {@link VitModel} gives. */
export interface Encoded extends BackboneOutput {
  /** [B, size], the class token after the pooler, or as it is where the family has no pooler. Absent if there is neither. */
  readonly poolerOutput?: tf.Tensor2D;
}

/** A Vision Transformer without a classifier: `ViTModel`, `DeiTModel` and `Dinov2Model` of Hugging Face transformers. */
export class VitModel {
  readonly config: VitConfig;
  readonly params: Params;
  readonly backbone: VitBackbone;
  readonly pooler?: Linear;

  constructor(params: Params, config: VitConfig) {
    checkModule("VitModel", params, { config });
    const { dModel, pooler, initializerRange } = config;
    this.backbone = new VitBackbone(params.at("backbone"), config);
    if (pooler !== undefined) {
      this.pooler = new Linear(params.at("pooler"), dModel, pooler.size, { init: normal(initializerRange) });
    }
    this.params = params;
    this.config = config;
  }

  /**
   * The tokens after the last layer, and whatever else is asked for. All tensors are the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: VitForwardOptions = {}): Encoded {
    this.params.checkInUse("VitModel.forward");
    checkTensor("VitModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return tidy(() => {
      const encoded = this.backbone.forward(pixels, options);
      const poolerOutput = this.#pool(encoded.lastHiddenState);
      return { ...encoded, ...(poolerOutput && { poolerOutput }) };
    });
  }

  /** Lets go of the weights. */
  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #pool(x: tf.Tensor3D): tf.Tensor2D | undefined {
    const { pooler, pooling } = this.config;
    if (pooler !== undefined && this.pooler !== undefined) {
      return activate(this.pooler.forward(tokenAt(x, 0)), pooler.activation) as tf.Tensor2D;
    }
    return pooling === "classAndMean" ? tokenAt(x, 0) : undefined;
  }
}
