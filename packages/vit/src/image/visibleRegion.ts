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
 * The part of an image that a model sees, once its processor has resized and cropped it: where a map of its patches
 * belongs. Beyond the image where the crop is larger, as black stands there.
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
