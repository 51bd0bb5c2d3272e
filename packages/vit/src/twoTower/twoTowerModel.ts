import { checkModule, createPass, Linear, type Params, type Pass, type PassOptions, tidy } from "@qkv/nn";
import { checkRecord, checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import { towerInit } from "./blocks.ts";
import type { TwoTowerConfig } from "./config.ts";
import { TextTower, type TextTowerInputs } from "./textTower.ts";
import { VisionTower } from "./visionTower.ts";

/** Images, and the texts that they are compared with. */
export interface TwoTowerInputs extends TextTowerInputs {
  /** [B, C, H, W] */
  readonly pixels: tf.Tensor;
}

/** Outputs of a {@link TwoTowerModel}, for B images and T texts. */
export interface TwoTowerOutput {
  /** [B, T] */
  readonly logitsPerImage: tf.Tensor2D;
  /** [T, B] */
  readonly logitsPerText: tf.Tensor2D;
  /** [B, P], of length 1 */
  readonly imageEmbeds: tf.Tensor2D;
  /** [T, P], of length 1 */
  readonly textEmbeds: tf.Tensor2D;
}

/** A model that compares images and texts: `CLIPModel` and `SiglipModel` of Hugging Face transformers. */
export class TwoTowerModel {
  readonly config: TwoTowerConfig;
  readonly params: Params;
  readonly text: TextTower;
  readonly vision: VisionTower;
  /** Absent if the towers give what is compared. */
  readonly textProjection?: Linear;
  /** Absent if the towers give what is compared. */
  readonly visionProjection?: Linear;
  /** The logarithm of the factor of the logits: [], or of SigLIP [1] */
  readonly logitScale: tf.Variable;
  /** [1]; absent in CLIP */
  readonly logitBias?: tf.Variable<tf.Rank.R1>;

  constructor(params: Params, config: TwoTowerConfig) {
    checkModule("TwoTowerModel", params, { config });
    const { projectionDim, logitScale, scoring, text, vision } = config;
    this.text = new TextTower(params.at("text"), text);
    this.vision = new VisionTower(params.at("vision"), vision);
    if (projectionDim !== undefined) {
      const projection = (name: string, of: typeof text | typeof vision) =>
        new Linear(params.at(name), of.dModel, projectionDim, { bias: false, ...towerInit(of) });
      this.textProjection = projection("textProjection", text);
      this.visionProjection = projection("visionProjection", vision);
    }
    const start = (shape: readonly number[]) => tf.fill([...shape], logitScale);
    if (scoring === "softmax") {
      this.logitScale = params.scale<tf.Rank.R0>("logitScale", [], start);
    } else {
      this.logitScale = params.scale<tf.Rank.R1>("logitScale", [1], start);
      this.logitBias = params.bias<tf.Rank.R1>("logitBias", [1]);
    }
    this.params = params;
    this.config = config;
  }

  /** Paths of all activations of a pass, in order. */
  get activations(): readonly string[] {
    const towers = (["vision", "text"] as const).flatMap((tower) =>
      this[tower].activations.map((name) => `${tower}.${name}`),
    );
    return [...towers, "imageEmbeds", "textEmbeds", "logits"];
  }

  /** Compares each image with each text. All tensors are the caller's. */
  forward(inputs: TwoTowerInputs, options: PassOptions = {}): TwoTowerOutput {
    const pass = this.#start("forward", options);
    checkRecord("TwoTowerModel.forward", "inputs", inputs);
    const { pixels, ...texts } = inputs;
    checkTensor("TwoTowerModel.forward", "pixels", pixels, "[B, C, H, W]", "float32");
    return tidy(() => {
      const imageEmbeds = pass.tap("imageEmbeds", unit(this.#embedImages(pixels, pass)));
      const textEmbeds = pass.tap("textEmbeds", unit(this.#embedTexts(texts, pass)));
      const scaled = tf.mul(tf.matMul(imageEmbeds, textEmbeds, false, true), tf.exp(this.logitScale));
      const moved = this.logitBias === undefined ? scaled : tf.add(scaled, this.logitBias);
      const logitsPerImage = pass.tap("logits", moved as tf.Tensor2D);
      return { logitsPerImage, logitsPerText: tf.transpose(logitsPerImage), imageEmbeds, textEmbeds };
    });
  }

  /** The vector of each image, [B, P], of the length that the model gives it: `get_image_features` of transformers. */
  embedImages(pixels: tf.Tensor, options: PassOptions = {}): tf.Tensor2D {
    const pass = this.#start("embedImages", options);
    checkTensor("TwoTowerModel.embedImages", "pixels", pixels, "[B, C, H, W]", "float32");
    return tf.tidy(() => this.#embedImages(pixels, pass));
  }

  /** The vector of each text, [T, P], of the length that the model gives it: `get_text_features` of transformers. */
  embedTexts(inputs: TextTowerInputs, options: PassOptions = {}): tf.Tensor2D {
    const pass = this.#start("embedTexts", options);
    return tf.tidy(() => this.#embedTexts(inputs, pass));
  }

  /**
   * The contrastive loss of a batch of pairs, the first image with the first text and so on: the mean cross-entropy in both
   * directions (CLIP), or that of each pair by itself (SigLIP).
   */
  loss(inputs: TwoTowerInputs, options: PassOptions = {}): tf.Scalar {
    return tf.tidy(() => {
      const { logitsPerImage: logits } = this.forward(inputs, options);
      const [images, texts] = logits.shape;
      if (images !== texts) {
        throw new RangeError(`TwoTowerModel.loss: expected a text for each image, got ${images} and ${texts}`);
      }
      const pairs = tf.eye(images);
      if (this.config.scoring === "sigmoid") {
        const signed = tf.mul(logits, tf.sub(tf.mul(pairs, 2), 1));
        return tf.div(tf.sum(tf.softplus(tf.neg(signed))), images) as tf.Scalar;
      }
      const likelihood = (of: tf.Tensor2D) => tf.sum(tf.mul(tf.logSoftmax(of), pairs));
      return tf.div(tf.add(likelihood(logits), likelihood(tf.transpose(logits))), -2 * images) as tf.Scalar;
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

  #start(method: string, options: PassOptions): Pass {
    this.params.checkInUse(`TwoTowerModel.${method}`);
    return createPass(`TwoTowerModel.${method}`, options, this);
  }

  #embedImages(pixels: tf.Tensor, pass: Pass): tf.Tensor2D {
    const { poolerOutput } = this.vision.forward(pixels, pass.at("vision"));
    return projected(this.visionProjection, poolerOutput as tf.Tensor2D);
  }

  #embedTexts(inputs: TextTowerInputs, pass: Pass): tf.Tensor2D {
    return projected(this.textProjection, this.text.forward(inputs, pass.at("text")).poolerOutput);
  }
}

function projected(projection: Linear | undefined, x: tf.Tensor2D): tf.Tensor2D {
  return (projection?.forward(x) as tf.Tensor2D | undefined) ?? x;
}

/** Vectors of length 1 in the same direction: [B, P] */
function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.norm(x, "euclidean", 1, true));
}
