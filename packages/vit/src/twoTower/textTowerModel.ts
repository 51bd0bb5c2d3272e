import { checkModule, createPass, Linear, type Params, type PassOptions, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import { towerInit } from "./blocks.ts";
import type { TextTowerConfig } from "./config.ts";
import { TextTower, type TextTowerInputs, type TextTowerOutput } from "./textTower.ts";

/** Outputs of a {@link TextTowerModel}. */
export interface TextTowerModelOutput extends TextTowerOutput {
  /** [B, P], the vector of each text, projected; absent in a class without a projection */
  readonly textEmbeds?: tf.Tensor2D;
}

/**
 * A tower that reads texts alone: `CLIPTextModel`, `CLIPTextModelWithProjection` and `SiglipTextModel` of Hugging Face
 * transformers.
 */
export class TextTowerModel {
  readonly config: TextTowerConfig;
  readonly params: Params;
  readonly backbone: TextTower;
  /** Absent in a class without a projection. */
  readonly projection?: Linear;

  /** @param hasProjection whether the vector is projected to `projectionDim`. Default false */
  constructor(params: Params, config: TextTowerConfig, hasProjection = false) {
    checkModule("TextTowerModel", params, { config });
    const { dModel, projectionDim } = config;
    this.backbone = new TextTower(params.at("backbone"), config);
    if (hasProjection) {
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

  /** The tokens after the last layer, and the vector of each text. All are the caller's. */
  forward(inputs: TextTowerInputs, options: PassOptions = {}): TextTowerModelOutput {
    this.params.checkInUse("TextTowerModel.forward");
    const pass = createPass("TextTowerModel.forward", options, this);
    return tidy(() => {
      const encoded = this.backbone.forward(inputs, pass.at("backbone"));
      if (this.projection === undefined) return encoded;
      return { ...encoded, textEmbeds: this.projection.forward(encoded.poolerOutput) as tf.Tensor2D };
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
