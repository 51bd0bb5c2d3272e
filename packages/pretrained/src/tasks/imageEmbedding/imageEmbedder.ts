import type { PassOptions } from "@qkv/nn";
import { checkOptions, checkRecord, type OptionNames } from "@qkv/ops";
import {
  type ImageProcessorConfig,
  type Pixels,
  type SwinModel,
  TwoTowerModel,
  VitModel,
  type VisionTowerModel,
} from "@qkv/vit";
import * as tf from "@tensorflow/tfjs-core";
import { checkCount, checkList, checkText } from "../../loading/argumentChecks.ts";
import { similarity } from "../embedding/similarity.ts";
import { IMAGE_TASK, type ImageTaskOptions, runImages } from "../image/runImages.ts";
import { TEXT_TASK, type TextTaskOptions } from "../text/taskOptions.ts";
import { type CaptionReader, embedCaptions } from "./captions.ts";

/** Options of embedding images. */
export interface EmbedImageOptions extends ImageTaskOptions {
  /** Whether vectors have the length 1. Default false: the model's own. */
  readonly normalize?: boolean;
}

/** Options of embedding texts in the space of images. */
export interface EmbedCaptionOptions extends TextTaskOptions {
  /** Whether vectors have the length 1. Default false: the model's own. */
  readonly normalize?: boolean;
}

/** A model that makes vectors of images. */
export type ImageEmbeddingModel = TwoTowerModel | VisionTowerModel | VitModel | SwinModel;

const IMAGES: OptionNames<EmbedImageOptions> = { ...IMAGE_TASK, normalize: true };
const TEXTS: OptionNames<EmbedCaptionOptions> = { ...TEXT_TASK, normalize: true };

/** Makes a vector of each image, and with a model of two towers of each text, so that those that belong together are near. */
export class ImageEmbedder<Model extends ImageEmbeddingModel = ImageEmbeddingModel> {
  readonly model: Model;
  readonly imageProcessor: ImageProcessorConfig;
  readonly #captions: CaptionReader | undefined;

  /** @param captions what texts are read with, of a model of two towers */
  constructor(model: Model, imageProcessor: ImageProcessorConfig, captions?: CaptionReader) {
    for (const [name, value] of Object.entries({ model, imageProcessor })) checkRecord("ImageEmbedder", name, value);
    this.model = model;
    this.imageProcessor = imageProcessor;
    this.#captions = captions;
  }

  /** Embeds one image: [E] */
  async embed(image: Pixels, options: EmbedImageOptions = {}): Promise<Float32Array> {
    const [vector = new Float32Array()] = await this.embedBatch([image], options);
    return vector;
  }

  /** Embeds each image, in the order of the images. */
  async embedBatch(images: readonly Pixels[], options: EmbedImageOptions = {}): Promise<Float32Array[]> {
    checkOptions("embed", options, IMAGES);
    checkList("embedBatch", "images", images);
    checkCount("embed", "batchSize", options.batchSize);
    const { normalize = false, ...others } = options;
    const { model } = this;
    const rows = await runImages(
      model,
      this.imageProcessor,
      images,
      (pixels, pass) => imageVectors(model, pixels, pass),
      others,
    );
    return normalize ? rows.map(unit) : rows;
  }

  /** Embeds one text in the space of the images: [E] */
  async embedText(text: string, options: EmbedCaptionOptions = {}): Promise<Float32Array> {
    checkText("embedText", text);
    const [vector = new Float32Array()] = await this.embedTexts([text], options);
    return vector;
  }

  /**
   * Embeds each text in the space of the images, in the order of the texts.
   *
   * @throws RangeError if the model reads no texts
   */
  async embedTexts(texts: readonly string[], options: EmbedCaptionOptions = {}): Promise<Float32Array[]> {
    checkOptions("embedTexts", options, TEXTS);
    checkList("embedTexts", "texts", texts);
    checkCount("embedTexts", "batchSize", options.batchSize);
    for (const text of texts) checkText("embedTexts", text);
    const { model } = this;
    if (!(model instanceof TwoTowerModel) || this.#captions === undefined) {
      throw new RangeError(
        `embedTexts: expected a model that reads texts besides images, got a ${model.config.modelType}`,
      );
    }
    const { normalize = false, ...others } = options;
    const rows = await embedCaptions(model, this.#captions, texts, others);
    return normalize ? rows.map(unit) : rows;
  }

  /** The cosine of two vectors' angle: more is nearer. */
  similarity(a: Float32Array, b: Float32Array): number {
    return similarity(a, b, "cosine");
  }
}

/**
 * The vector of each image, [B, E]: projected if the model projects it, else the pooled one, that of the class token, or the
 * mean of the patches, the first of these that it has.
 */
function imageVectors(model: ImageEmbeddingModel, pixels: tf.Tensor4D, pass?: PassOptions): tf.Tensor2D {
  if (model instanceof TwoTowerModel) return model.embedImages(pixels, pass);
  const output = model.forward(pixels, pass);
  const { lastHiddenState, poolerOutput } = output;
  const projected = "imageEmbeds" in output ? output.imageEmbeds : undefined;
  if (projected !== undefined || poolerOutput !== undefined) return (projected ?? poolerOutput) as tf.Tensor2D;
  const hasClass = model instanceof VitModel && model.config.pooling !== "mean";
  return hasClass ? tf.squeeze(tf.slice(lastHiddenState, [0, 0, 0], [-1, 1, -1]), [1]) : tf.mean(lastHiddenState, 1);
}

/** The vector of length 1 in the same direction. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  return length === 0 ? vector : vector.map((x) => x / length);
}
