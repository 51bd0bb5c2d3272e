import { checkModule, createPass, type Params, type PassOptions, tidy } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { YolosBackbone } from "./backbone.ts";
import type { YolosConfig } from "./config.ts";
import { PredictionHead } from "./predictionHead.ts";

/** Outputs of a {@link YolosDetector}. */
export interface Detected {
  /** [B, T, K + 1], the last for no object */
  readonly logits: tf.Tensor3D;
  /** [B, T, 4], the middle, width and height of each box, in shares of the image's width and height */
  readonly predBoxes: tf.Tensor3D;
  /** [B, 1 + N + T, E], after the final norm */
  readonly lastHiddenState: tf.Tensor3D;
}

/** A detector of objects: `YolosForObjectDetection` of Hugging Face transformers. */
export class YolosDetector {
  readonly config: YolosConfig;
  readonly params: Params;
  readonly backbone: YolosBackbone;
  readonly classifier: PredictionHead;
  readonly boxPredictor: PredictionHead;

  constructor(params: Params, config: YolosConfig) {
    checkModule("YolosDetector", params, { config });
    const { dModel, labels, initializerRange } = config;
    this.backbone = new YolosBackbone(params.at("backbone"), config);
    this.classifier = new PredictionHead(params.at("classifier"), dModel, labels.length + 1, initializerRange);
    this.boxPredictor = new PredictionHead(params.at("boxPredictor"), dModel, 4, initializerRange);
    this.params = params;
    this.config = config;
  }

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    return [...this.backbone.activations.map((name) => `backbone.${name}`), "logits", "predBoxes"];
  }

  /**
   * What each detection token finds. All tensors are the caller's.
   *
   * @param pixels [B, C, H, W]
   */
  forward(pixels: tf.Tensor, options: PassOptions = {}): Detected {
    this.params.checkInUse("YolosDetector.forward");
    checkTensor("YolosDetector.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    const pass = createPass("YolosDetector.forward", options, this);
    return tidy(() => {
      const lastHiddenState = this.backbone.forward(pixels, pass.at("backbone"));
      const { detectionTokens } = this.config;
      const [batch, length, dModel] = lastHiddenState.shape;
      const found = tf.slice(lastHiddenState, [0, length - detectionTokens, 0], [batch, detectionTokens, dModel]);
      const logits = pass.tap("logits", this.classifier.forward(found));
      const predBoxes = pass.tap("predBoxes", tf.sigmoid(this.boxPredictor.forward(found)));
      return { logits, predBoxes, lastHiddenState };
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
