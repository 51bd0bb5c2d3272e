import { checkModule, createPass, Linear, type Params, type PassOptions, tidy } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";
import { meanFrom } from "../backbone.ts";
import type { Classified, ImageClassifier } from "../imageModel.ts";
import { towerInit } from "./blocks.ts";
import type { TowerClassifierConfig } from "./config.ts";
import { VisionTower } from "./visionTower.ts";

/**
 * The tower of a CLIP or a SigLIP that reads images, with a classifier of the mean of the patches:
 * `CLIPForImageClassification` and `SiglipForImageClassification` of Hugging Face transformers.
 */
export class VisionTowerClassifier implements ImageClassifier {
  readonly config: TowerClassifierConfig;
  readonly params: Params;
  readonly backbone: VisionTower;
  /** Absent if there are no labels: the logits are then its input. */
  readonly classifier?: Linear;

  constructor(params: Params, config: TowerClassifierConfig) {
    checkModule("VisionTowerClassifier", params, { config });
    const { vision, labels } = config;
    this.backbone = new VisionTower(params.at("backbone"), vision);
    if (labels.length > 0) {
      this.classifier = new Linear(params.at("classifier"), vision.dModel, labels.length, towerInit(vision));
    }
    this.params = params;
    this.config = config;
  }

  get activations(): readonly string[] {
    return [...this.backbone.tokenActivations.map((name) => `backbone.${name}`), "logits"];
  }

  /**
   * The logits of each image: the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Classified {
    this.params.checkInUse("VisionTowerClassifier.forward");
    checkTensor("VisionTowerClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("VisionTowerClassifier.forward", options, this);
    return tidy(() => {
      const tokens = this.backbone.encode(pixels, pass.at("backbone"));
      const pooled = meanFrom(tokens, this.config.vision.pooling === "class" ? 1 : 0);
      return { logits: pass.tap("logits", (this.classifier?.forward(pooled) ?? pooled) as tf.Tensor2D) };
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
