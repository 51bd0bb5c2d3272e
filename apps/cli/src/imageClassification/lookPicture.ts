import type { Classifier } from "@qkv/pretrained";
import {
  answerMap,
  attentionRollout,
  classActivationMap,
  cutToSize,
  type PatchMap,
  type Pixels,
  preprocessImages,
  readAttentions,
  resize,
  SwinClassifier,
  type VitConfig,
} from "@qkv/vit";
import { overlayPixels } from "@qkv/visualize";
import * as tf from "@tensorflow/tfjs-core";
import sharp from "sharp";

/** The shorter side of a picture, at least: some models see 32 pixels. */
const LEAST_SIDE = 256;

/**
 * Where a model looked, laid over the part of the image that it saw, as a PNG: attention rollout; of Swin, whose windows
 * have none, what each patch spoke for the class.
 *
 * @param label the class that it answered
 */
export async function lookPicture(classifier: Classifier, image: Pixels, label: string): Promise<Uint8Array> {
  const seen = cutToSize(image, classifier.imageProcessor);
  const factor = Math.max(1, Math.ceil(LEAST_SIDE / Math.min(seen.width, seen.height)));
  const size = { width: seen.width * factor, height: seen.height * factor };
  const picture = resize(seen, { ...size, resample: "bicubic" });
  const { data, width, height } = overlayPixels(picture, await lookedAt(classifier, image, label));
  return sharp(data, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

async function lookedAt({ model, imageProcessor }: Classifier, image: Pixels, label: string): Promise<PatchMap> {
  const { data, shape } = preprocessImages([image], imageProcessor);
  const pixels = tf.tensor4d(data, [...shape]);
  try {
    if (model instanceof SwinClassifier)
      return await classActivationMap(model, pixels, model.config.labels.indexOf(label));
    const { logits, attentions, hiddenStates } = model.forward(pixels, { attentions: true });
    try {
      const rollout = attentionRollout(await readAttentions(attentions));
      return answerMap(rollout, model.config as VitConfig, [shape[2], shape[3]]);
    } finally {
      tf.dispose([logits, ...attentions, ...hiddenStates]);
    }
  } finally {
    pixels.dispose();
  }
}
