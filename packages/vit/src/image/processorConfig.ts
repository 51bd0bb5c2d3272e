import { checkRecord } from "@qkv/ops";
import type { Resample } from "./resampleFilters.ts";

/** The target size of resizing: exact, or the length of the shorter side with a limit for the longer one. */
export type ImageSize =
  | {
      readonly width: number;
      readonly height: number;
      /** Whether an image keeps its proportions, and gets one of these sides: that which changes less. Default false. */
      readonly keepsAspect?: boolean;
      /** Both sides are rounded to multiples of this. Default 1. */
      readonly multipleOf?: number;
    }
  | {
      readonly shortestEdge: number;
      readonly longestEdge?: number;
      /** Both sides are cut down to multiples of this. Default 1. */
      readonly multipleOf?: number;
    };

/** The most pixels of a processed image: 4096 x 4096. */
export const MOST_PIXELS = 2 ** 24;

/** Settings of an image processor, as in `preprocessor_config.json`. */
export interface ImageProcessorConfig {
  /** Absent: the image keeps its size. */
  readonly resize?: { readonly size: ImageSize; readonly resample: Resample };
  /** The size of the center crop, after resizing. */
  readonly centerCrop?: { readonly width: number; readonly height: number };
  /** The factor of all values, usually 1 / 255; absent: they stay 0 to 255. */
  readonly rescaleFactor?: number;
  /** The mean to subtract and the deviation to divide by: one number for each channel, one for grey models. */
  readonly normalize?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/** The number of output channels: 1 only if the mean has one channel. */
export function channelsOf(config: ImageProcessorConfig): 1 | 3 {
  checkRecord("channelsOf", "config", config);
  const { normalize } = config;
  return normalize?.mean.length === 1 ? 1 : 3;
}
