import { checkModule, createPass, Linear, type Params, type PassOptions, tidy } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Encoded } from "../vitModel.ts";
import { towerInit } from "./blocks.ts";
import type { VisionTowerConfig } from "./config.ts";
import { VisionTower } from "./visionTower.ts";

/** Outputs of a {@link VisionTowerModel}. */
export interface VisionTowerOutput extends Encoded {
  /** [B, P], the vector of each image, projected; absent in a class without a projection */
  readonly imageEmbeds?: tf.Tensor2D;
}

/**
 * A tower that reads images alone: `CLIPVisionModel`, `CLIPVisionModelWithProjection` and `SiglipVisionModel` of Hugging Face
 * transformers.
 */
export class VisionTowerModel {
  readonly config: VisionTowerConfig;
  readonly params: Params;
  readonly backbone: VisionTower;
  /** Absent in a class without a projection. */
  readonly projection?: Linear;

  /** @param hasProjection whether the vector is projected to `projectionDim`. Default false */
  constructor(params: Params, config: VisionTowerConfig, hasProjection = false) {
    checkModule("VisionTowerModel", params, { config });
    const { dModel, projectionDim } = config;
    this.backbone = new VisionTower(params.at("backbone"), config);
    if (hasProjection) {
      if (projectionDim === undefined) throw new RangeError("VisionTowerModel: expected a projectionDim, got none");
      const options = { bias: false, ...towerInit(config) };
      this.projection = new Linear(params.at("projection"), dModel, projectionDim, options);
    }
    this.params = params;
    this.config = config;
  }

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    return this.backbone.activations.map((name) => `backbone.${name}`);
  }

  /**
   * The tokens after the last layer, and the vector of each image. All are the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): VisionTowerOutput {
    this.params.checkInUse("VisionTowerModel.forward");
    checkTensor("VisionTowerModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("VisionTowerModel.forward", options, this);
    return tidy(() => {
      const encoded = this.backbone.forward(pixels, pass.at("backbone"));
      if (this.projection === undefined) return encoded;
      const imageEmbeds = this.projection.forward(encoded.poolerOutput as tf.Tensor2D) as tf.Tensor2D;
      return { ...encoded, imageEmbeds };
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
