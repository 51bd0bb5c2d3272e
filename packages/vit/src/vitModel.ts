import { checkTensor } from "@qkv/ops";
import { activate, checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { backboneActivations, tokenAt, VitBackbone } from "./backbone.ts";
import type { VitConfig } from "./config.ts";

/** Outputs of a {@link VitModel}. */
export interface Encoded {
  /** [B, L, E], after the final norm */
  readonly lastHiddenState: tf.Tensor3D;
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

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    return backboneActivations(this.config);
  }

  /**
   * The tokens after the last layer, and the pooler's vector. Both are the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Encoded {
    this.params.checkInUse("VitModel.forward");
    checkTensor("VitModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("VitModel.forward", options, this);
    return tidy(() => {
      const lastHiddenState = this.backbone.forward(pixels, pass.at("backbone"));
      const poolerOutput = this.#pool(lastHiddenState);
      return { lastHiddenState, ...(poolerOutput && { poolerOutput }) };
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

  #pool(x: tf.Tensor3D): tf.Tensor2D | undefined {
    const { pooler, pooling } = this.config;
    if (pooler !== undefined && this.pooler !== undefined) {
      return activate(this.pooler.forward(tokenAt(x, 0)), pooler.activation) as tf.Tensor2D;
    }
    return pooling === "classAndMean" ? tokenAt(x, 0) : undefined;
  }
}
