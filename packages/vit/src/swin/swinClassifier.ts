import { checkTensor } from "@qkv/ops";
import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import type * as tf from "@tensorflow/tfjs-core";
import type { Classified, ImageClassifier } from "../imageModel.ts";
import { swinActivations, SwinBackbone } from "./backbone.ts";
import { stageWidth, type SwinConfig } from "./config.ts";

/** A Swin Transformer with a classifier: `SwinForImageClassification` of Hugging Face transformers. */
export class SwinClassifier implements ImageClassifier {
  readonly config: SwinConfig;
  readonly params: Params;
  readonly backbone: SwinBackbone;
  /** Absent if there are no labels: the logits are then the mean of the patches. */
  readonly classifier?: Linear;

  constructor(params: Params, config: SwinConfig) {
    checkModule("SwinClassifier", params, { config });
    const { depths, labels, initializerRange } = config;
    this.backbone = new SwinBackbone(params.at("backbone"), config);
    if (labels.length > 0) {
      const width = stageWidth(config, depths.length - 1);
      this.classifier = new Linear(params.at("classifier"), width, labels.length, { init: normal(initializerRange) });
    }
    this.params = params;
    this.config = config;
  }

  get activations(): readonly string[] {
    return [...swinActivations(this.config), "logits"];
  }

  /**
   * The logits of each image: the caller's.
   *
   * @param pixels [B, C, H, W] of any size
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Classified {
    this.params.checkInUse("SwinClassifier.forward");
    checkTensor("SwinClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("SwinClassifier.forward", options, this);
    return tidy(() => {
      const { poolerOutput } = this.backbone.forward(pixels, pass.at("backbone"));
      return { logits: pass.tap("logits", this.classifier?.forward(poolerOutput) ?? poolerOutput) };
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
