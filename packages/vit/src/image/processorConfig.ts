import { checkRecord } from "@qkv/ops";
import type { Resample } from "./resampleFilters.ts";

/** The size to resize to: exactly, or so that the shorter side is so long, but the longer one not beyond its own bound. */
export type ImageSize =
  | { readonly width: number; readonly height: number }
  | { readonly shortestEdge: number; readonly longestEdge?: number };

/** How many pixels a processor makes of an image at most: 4096 x 4096. */
export const MOST_PIXELS = 2 ** 24;

/** What happens to an image before a model sees it, as `preprocessor_config.json` says it. */
export interface ImageProcessorConfig {
  /** Absent: the image keeps its size. */
  readonly resize?: { readonly size: ImageSize; readonly resample: Resample };
  /** The middle that is cut out after that. */
  readonly centerCrop?: { readonly width: number; readonly height: number };
  /** What bytes are multiplied by, 1 / 255 as a rule; absent: they stay 0 to 255. */
  readonly rescaleFactor?: number;
  /** Then subtracted, and divided by: one number for each channel, one if the model sees grey. */
  readonly normalize?: { readonly mean: readonly number[]; readonly std: readonly number[] };
}

/** How many channels come out: 1 only if a mean for one channel says so. */
export function channelsOf(config: ImageProcessorConfig): 1 | 3 {
  checkRecord("channelsOf", "config", config);
  const { normalize } = config;
  return normalize?.mean.length === 1 ? 1 : 3;
}
