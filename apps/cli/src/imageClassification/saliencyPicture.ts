import type { Classifier } from "@qkv/pretrained";
import {
  classTokenMap,
  attentionRollout,
  classActivationMap,
  resizeAndCenterCrop,
  type PatchMap,
  type Pixels,
  preprocessImages,
  readAttentions,
  recordAttentions,
  resize,
  SwinClassifier,
  type VitConfig,
} from "@qkv/vit";
import { aboveUniform, overlayPixels } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";

/** The shorter side of a picture, at least: some models see 32 pixels. */
const LEAST_SIDE = 256;

/**
 * Where a model looked more than an even share, laid over the part of the image that it saw: attention rollout; of Swin,
 * whose windows have none, what each patch spoke for the class.
 *
 * @param label the class that it answered
 * @param kind what the picture is stored as
 */
export async function saliencyPicture(
  classifier: Classifier,
  image: Pixels,
  label: string,
  kind: "png" | "jpg" | "jpeg" | "webp" | "avif" | "svg",
): Promise<Uint8Array> {
  const seen = resizeAndCenterCrop(image, classifier.imageProcessor);
  const factor = Math.max(1, Math.ceil(LEAST_SIDE / Math.min(seen.width, seen.height)));
  const size = { width: seen.width * factor, height: seen.height * factor };
  const picture = resize(seen, { ...size, resample: "bicubic" });
  const { data, width, height } = overlayPixels(picture, aboveUniform(await saliencyOf(classifier, image, label)));
  const drawn = sharp(data, { raw: { width, height, channels: 4 } });
  if (kind === "svg") return svgAround(await drawn.png().toBuffer(), width, height);
  return drawn.toFormat(kind === "jpg" ? "jpeg" : kind).toBuffer();
}

function svgAround(png: Buffer, width: number, height: number): Uint8Array {
  const image = `<image width="${width}" height="${height}" href="data:image/png;base64,${png.toString("base64")}"/>`;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" ${size}>${image}</svg>\n`);
}

async function saliencyOf({ model, imageProcessor }: Classifier, image: Pixels, label: string): Promise<PatchMap> {
  const { data, shape } = preprocessImages([image], imageProcessor);
  const pixels = tf.tensor4d(data, [...shape]);
  try {
    if (model instanceof SwinClassifier)
      return await classActivationMap(model, pixels, model.config.labels.indexOf(label));
    const attentions = recordAttentions(model, pixels);
    try {
      const rollout = attentionRollout(await readAttentions(attentions));
      return classTokenMap(rollout, model.config as VitConfig, [shape[2], shape[3]]);
    } finally {
      tf.dispose(attentions);
    }
  } finally {
    pixels.dispose();
  }
}
