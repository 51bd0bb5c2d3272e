import { checkTensor } from "@qkv/ops";
import { checkModule, Linear, normal, type Params, tidy } from "@qkv/nn";
import type { ForwardOptions } from "@qkv/transformer";
import * as tf from "@tensorflow/tfjs-core";
import type { Classified, ImageClassifier } from "../imageModel.ts";
import { SwinBackbone, type SwinStates } from "./backbone.ts";
import { stageWidth, type SwinConfig } from "./config.ts";

/** What a {@link SwinClassifier} gives. */
export interface SwinClassified extends Classified, SwinStates {
  readonly hiddenStates: SwinStates["hiddenStates"];
  readonly attentions: SwinStates["attentions"];
}

/** A Swin Transformer that tells classes apart: `SwinForImageClassification` of Hugging Face transformers. */
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

  /**
   * The logits of each image, and whatever else is asked for. All tensors are the caller's.
   *
   * @param pixels [B, C, H, W] of any size
   */
  forward(pixels: tf.Tensor, options: ForwardOptions = {}): SwinClassified {
    this.params.checkInUse("SwinClassifier.forward");
    checkTensor("SwinClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return tidy(() => {
      const { lastHiddenState: _, poolerOutput, ...states } = this.backbone.forward(pixels, options);
      return { logits: this.classifier?.forward(poolerOutput) ?? tf.clone(poolerOutput), ...states };
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
