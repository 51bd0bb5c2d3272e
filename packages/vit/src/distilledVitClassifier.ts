import { checkTensor } from "@qkv/ops";
import { checkModule, createPass, Linear, normal, type Params, type PassOptions, tidy } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import { backboneActivations, tokenAt, VitBackbone } from "./backbone.ts";
import type { VitConfig } from "./config.ts";
import type { Classified, ImageClassifier } from "./imageModel.ts";

/** Outputs of a {@link DistilledVitClassifier}. */
export interface DistilledClassified extends Classified {
  /** [B, K], the logits of the class token */
  readonly classLogits: tf.Tensor2D;
  /** [B, K], the logits of the distillation token */
  readonly distillationLogits: tf.Tensor2D;
}

/**
 * A classifier with two heads, one of which learned from a teacher; the logits are their mean (arXiv:2012.12877):
 * `DeiTForImageClassificationWithTeacher` of Hugging Face transformers.
 */
export class DistilledVitClassifier implements ImageClassifier {
  readonly config: VitConfig;
  readonly params: Params;
  readonly backbone: VitBackbone;
  readonly classClassifier?: Linear;
  readonly distillationClassifier?: Linear;

  /** @throws RangeError if the config has no class token or no distillation token */
  constructor(params: Params, config: VitConfig) {
    checkModule("DistilledVitClassifier", params, { config });
    const { dModel, labels, distillationToken, pooling, initializerRange } = config;
    if (!distillationToken || pooling !== "class") {
      throw new RangeError("DistilledVitClassifier: expected a config with a class and a distillation token");
    }
    this.backbone = new VitBackbone(params.at("backbone"), config);
    if (labels.length > 0) {
      const options = { init: normal(initializerRange) };
      this.classClassifier = new Linear(params.at("classClassifier"), dModel, labels.length, options);
      this.distillationClassifier = new Linear(params.at("distillationClassifier"), dModel, labels.length, options);
    }
    this.params = params;
    this.config = config;
  }

  get activations(): readonly string[] {
    return [...backboneActivations(this.config), "logits"];
  }

  /**
   * The logits of both heads and their mean. All tensors are the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): DistilledClassified {
    this.params.checkInUse("DistilledVitClassifier.forward");
    checkTensor("DistilledVitClassifier.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("DistilledVitClassifier.forward", options, this);
    return tidy(() => {
      const lastHiddenState = this.backbone.forward(pixels, pass.at("backbone"));
      const [classToken, distillationToken] = [tokenAt(lastHiddenState, 0), tokenAt(lastHiddenState, 1)];
      const classLogits = this.classClassifier?.forward(classToken) ?? classToken;
      const distillationLogits = this.distillationClassifier?.forward(distillationToken) ?? distillationToken;
      const mean = tf.div(tf.add(classLogits, distillationLogits), 2) as tf.Tensor2D;
      return { logits: pass.tap("logits", mean), classLogits, distillationLogits };
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
