import { checkRecord } from "@qkv/ops";
import { RESAMPLES } from "./parsePreprocessorConfig.ts";
import type { ImageProcessorConfig, ImageSize } from "./processorConfig.ts";
import type { ImageProcessorType } from "./processorDefaults.ts";

/** The fields of the `preprocessor_config.json` that transformers, and `parsePreprocessorConfig`, open as this one. */
export function formatPreprocessorConfig(config: ImageProcessorConfig): Record<string, unknown> {
  checkRecord("formatPreprocessorConfig", "config", config);
  const { resize, centerCrop, rescaleFactor, normalize } = config;
  return {
    image_processor_type: processorOf(config),
    do_resize: resize !== undefined,
    ...(resize && { size: sizeFields(resize.size), resample: RESAMPLES.indexOf(resize.resample) }),
    ...(resize && isNearest(resize.size) && nearestFields(resize.size)),
    do_center_crop: centerCrop !== undefined,
    ...(centerCrop && { crop_size: sizeFields(centerCrop) }),
    do_rescale: rescaleFactor !== undefined,
    ...(rescaleFactor !== undefined && { rescale_factor: rescaleFactor }),
    do_normalize: normalize !== undefined,
    ...(normalize && { image_mean: normalize.mean, image_std: normalize.std }),
  };
}

/** The simplest image processor of transformers that covers a config. */
function processorOf({ resize, centerCrop }: ImageProcessorConfig): ImageProcessorType {
  if (resize !== undefined && "shortestEdge" in resize.size)
    return resize.size.multipleOf === undefined ? "BitImageProcessor" : "YolosImageProcessor";
  if (resize !== undefined && isNearest(resize.size)) return "DPTImageProcessor";
  return centerCrop === undefined ? "ViTImageProcessor" : "DeiTImageProcessor";
}

function nearestFields(size: ImageSize): Record<string, unknown> {
  const { keepsAspect = false, multipleOf = 1 } = size as Exclude<ImageSize, { readonly shortestEdge: number }>;
  return { keep_aspect_ratio: keepsAspect, ensure_multiple_of: multipleOf };
}

function isNearest(size: ImageSize): boolean {
  return "width" in size && (size.keepsAspect !== undefined || size.multipleOf !== undefined);
}

function sizeFields(size: ImageSize): Record<string, number> {
  if (!("shortestEdge" in size)) return { height: size.height, width: size.width };
  const { shortestEdge, longestEdge } = size;
  return { shortest_edge: shortestEdge, ...(longestEdge !== undefined && { longest_edge: longestEdge }) };
}
