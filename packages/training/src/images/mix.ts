import { checkRecord } from "@qkv/ops";
import type { RandomStream } from "@qkv/nn";
import { shuffle } from "../batches/shuffle.ts";
import { integerBelow, symmetricBeta } from "./draws.ts";

/** A batch of images as a model takes them, and their labels. */
export interface LabelledBatch {
  /** [B, C, H, W] */
  readonly data: Float32Array;
  readonly shape: readonly [images: number, channels: number, height: number, width: number];
  /** [B] */
  readonly labels: Int32Array;
}

/** A batch of images with two labels each. */
export interface MixedBatch extends LabelledBatch {
  /** [B] */
  readonly otherLabels: Int32Array;
  /** The weight of an image's label, 0 to 1; the rest is its other label's. */
  readonly share: number;
}

/** Wraps a batch with one label per image as a {@link MixedBatch}. */
export function unmixed(batch: LabelledBatch): MixedBatch {
  checkRecord("unmixed", "batch", batch);
  return { ...batch, otherLabels: batch.labels, share: 1 };
}

/** Mixup: blends each image with another one of the batch, in a share from Beta(alpha, alpha) (arXiv:1710.09412). */
export function mixup(batch: LabelledBatch, alpha: number, random: RandomStream): MixedBatch {
  checkRecord("mixup", "batch", batch);
  const { data, shape, labels } = batch;
  const share = symmetricBeta(alpha, random);
  const partners = partnersOf(shape[0], random);
  const size = data.length / shape[0];
  const out = new Float32Array(data.length);
  partners.forEach((partner, image) => {
    const [own, other] = [image * size, partner * size];
    for (let i = 0; i < size; i++) {
      out[own + i] = share * (data[own + i] ?? 0) + (1 - share) * (data[other + i] ?? 0);
    }
  });
  return { data: out, shape, labels, otherLabels: pick(labels, partners), share };
}

/**
 * CutMix: gives each image a rectangle of another one of the batch, which counts by its area (arXiv:1905.04899).
 *
 * The rectangle's area is drawn from Beta(alpha, alpha); its part outside the image is cut off, and not counted.
 */
export function cutmix(batch: LabelledBatch, alpha: number, random: RandomStream): MixedBatch {
  checkRecord("cutmix", "batch", batch);
  const { data, shape, labels } = batch;
  const [images, channels, height, width] = shape;
  const side = Math.sqrt(1 - symmetricBeta(alpha, random));
  const [top, bottom] = span(height, side, random);
  const [left, right] = span(width, side, random);
  const partners = partnersOf(images, random);
  const out = data.slice();
  for (const [image, partner] of partners.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      for (let y = top; y < bottom; y++) {
        const at = (index: number) => ((index * channels + channel) * height + y) * width + left;
        out.set(data.subarray(at(partner), at(partner) + right - left), at(image));
      }
    }
  }
  const share = 1 - ((bottom - top) * (right - left)) / (height * width);
  return { data: out, shape, labels, otherLabels: pick(labels, partners), share };
}

/** An interval of length `part * size` around a random middle, cut off at the ends. */
function span(size: number, part: number, random: RandomStream): [from: number, to: number] {
  const [middle, length] = [integerBelow(size, random), Math.trunc(size * part)];
  const from = middle - Math.floor(length / 2);
  return [Math.max(0, from), Math.min(size, from + length)];
}

function partnersOf(images: number, random: RandomStream): number[] {
  return shuffle([...Array(images).keys()], random);
}

function pick(labels: Int32Array, order: readonly number[]): Int32Array {
  return Int32Array.from(order, (index) => labels[index] ?? 0);
}
