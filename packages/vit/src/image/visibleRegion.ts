import { checkRecord } from "@qkv/ops";
import { targetSize } from "./preprocessImages.ts";
import type { ImageProcessorConfig } from "./processorConfig.ts";

/** A part of an image, in shares of its width and height from the upper left corner. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The region of an image that its processor keeps when it resizes and crops: where a saliency map of the patches
 * belongs. It reaches beyond the image where the crop is larger and padded with black.
 */
export function visibleRegion(image: { width: number; height: number }, config: ImageProcessorConfig): Region {
  checkRecord("visibleRegion", "image", image);
  const { resize, centerCrop } = config;
  if (centerCrop === undefined) return { left: 0, top: 0, width: 1, height: 1 };
  const { width, height } = resize === undefined ? image : targetSize(image, resize.size);
  return {
    left: Math.floor((width - centerCrop.width) / 2) / width,
    top: Math.floor((height - centerCrop.height) / 2) / height,
    width: centerCrop.width / width,
    height: centerCrop.height / height,
  };
}
