import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import type { Classified, ImageClassifier } from "../imageModel.ts";
import type { Encoded } from "../vitModel.ts";
import { BeitBackbone } from "./backbone.ts";
import type { BeitConfig } from "./config.ts";

/** A BEiT without a classifier: `BeitModel` of Hugging Face transformers. */
export class BeitModel {
  readonly config: BeitConfig;
  readonly params: Params;
  readonly backbone: BeitBackbone;

  constructor(params: Params, config: BeitConfig) {
    checkModule("BeitModel", params, { config });
    this.backbone = new BeitBackbone(params.at("backbone"), config);
    this.params = params;
    this.config = config;
  }

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    return this.backbone.activations.map((name) => `backbone.${name}`);
  }

  /** The tokens after the last layer, and the vector of each image. Both are the caller's. @param pixels [B, C, H, W] */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Required<Encoded> {
    this.params.checkInUse("BeitModel.forward");
    checkTensor("BeitModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return this.backbone.forward(pixels, createPass("BeitModel.forward", options, this).at("backbone"));
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

/** A BEiT with a classifier: `BeitForImageClassification` of Hugging Face transformers. */
export class BeitClassifier implements ImageClassifier {
  readonly config: BeitConfig;
  readonly params: Params;
  readonly backbone: BeitBackbone;
  /** Absent if there are no labels: the logits are then its input. */
  readonly classifier?: Linear;

  constructor(params: Params, config: BeitConfig) {
    checkModule("BeitClassifier", params, { config });
    const { dModel, labels, initializerRange } = config;
    this.backbone = new BeitBackbone(params.at("backbone"), config);
    if (labels.length > 0) {
      this.classifier = new Linear(params.at("classifier"), dModel, labels.length, { init: normal(initializerRange) });
    }
    this.params = params;
    this.config = config;
  }

  get activations(): readonly string[] {
    return [...this.backbone.activations.map((name) => `backbone.${name}`), "logits"];
  }

  /** The logits of each image: the caller's. @param pixels [B, C, H, W] */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Classified {
    this.params.checkInUse("BeitClassifier.forward");
    checkTensor("BeitClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("BeitClassifier.forward", options, this);
    return tidy(() => {
      const { poolerOutput } = this.backbone.forward(pixels, pass.at("backbone"));
      return { logits: pass.tap("logits", (this.classifier?.forward(poolerOutput) ?? poolerOutput) as tf.Tensor2D) };
    });
  }

  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
