import { checkTensor } from "@qkv/ops";
import { checkModule, Linear, normal, type Params, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { meanFrom, tokenAt, VitBackbone, type VitForwardOptions } from "./backbone.ts";
import type { VitConfig } from "./config.ts";
import { leadingTokens } from "./grid.ts";
import type { Classified, ImageClassifier } from "./imageModel.ts";

/**
 * A Vision Transformer that tells classes apart: `ViTForImageClassification`, `DeiTForImageClassification` and
 * `Dinov2ForImageClassification` of Hugging Face transformers, and this project's own kinds.
 */
export class VitClassifier implements ImageClassifier {
  readonly config: VitConfig;
  readonly params: Params;
  readonly backbone: VitBackbone;
  /** Absent if there are no labels: the logits are then what it would have read. */
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

  /**
   * The logits of each image, and whatever else is asked for. All tensors are the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: VitForwardOptions = {}): Classified {
    this.params.checkInUse("VitClassifier.forward");
    checkTensor("VitClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return tidy(() => {
      const { lastHiddenState, hiddenStates, attentions } = this.backbone.forward(pixels, options);
      const pooled = this.#pool(lastHiddenState);
      return { logits: this.classifier?.forward(pooled) ?? pooled, hiddenStates, attentions };
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
