import { checkTensor } from "@qkv/ops";
import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { backboneActivations, meanFrom, tokenAt, VitBackbone } from "./backbone.ts";
import type { VitConfig } from "./config.ts";
import { leadingTokens } from "./grid.ts";
import type { Classified, ImageClassifier } from "./imageModel.ts";

/**
 * A Vision Transformer with a classifier: `ViTForImageClassification`, `DeiTForImageClassification` and
 * `Dinov2ForImageClassification` of Hugging Face transformers, and this project's own kinds.
 */
export class VitClassifier implements ImageClassifier {
  readonly config: VitConfig;
  readonly params: Params;
  readonly backbone: VitBackbone;
  /** Absent if there are no labels: the logits are then its input. */
  readonly classifier?: Linear;

  constructor(params: Params, config: VitConfig) {
    checkModule("VitClassifier", params, { config });
    const { dModel, labels, pooling, initializerRange } = config;
    this.backbone = new VitBackbone(params.at("backbone"), config);
    if (labels.length > 0) {
      const width = pooling === "classAndMean" ? 2 * dModel : dModel;
      this.classifier = new Linear(params.at("classifier"), width, labels.length, { init: normal(initializerRange) });
    }
    this.params = params;
    this.config = config;
  }

  get activations(): readonly string[] {
    return [...backboneActivations(this.config), "logits"];
  }

  /**
   * The logits of each image: the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Classified {
    this.params.checkInUse("VitClassifier.forward");
    checkTensor("VitClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("VitClassifier.forward", options, this);
    return tidy(() => {
      const pooled = this.#pool(this.backbone.forward(pixels, pass.at("backbone")));
      return { logits: pass.tap("logits", this.classifier?.forward(pooled) ?? pooled) };
    });
  }

  dispose(): void {
    this.params.dispose();
  }

  /** `dispose` at the end of a block, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #pool(x: tf.Tensor3D): tf.Tensor2D {
    const { pooling } = this.config;
    const first = leadingTokens(this.config);
    if (pooling === "class") return tokenAt(x, 0);
    if (pooling === "mean") return meanFrom(x, first);
    return tf.concat([tokenAt(x, 0), meanFrom(x, first)], 1);
  }
}
