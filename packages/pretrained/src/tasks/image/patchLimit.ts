import type { ImageProcessorConfig, Size } from "@qkv/vit";

/** The most patches with full attention: it takes a minute from here on, and grows with the square. */
const MOST_PATCHES = 2 ** 14;
/** The most patches with attention within windows, which grows linearly. */
const MOST_IN_WINDOWS = 2 ** 18;

/**
 * Refuses images of so many patches that a model would take too long.
 *
 * @throws RangeError naming the field of preprocessor_config.json
 */
export function checkPatches(config: { readonly patchSize?: Size }, [height, width]: Size): void {
  const { patchSize: [high, wide] = [1, 1] } = config;
  const patches = Math.ceil(height / high) * Math.ceil(width / wide);
  const most = "depths" in config ? MOST_IN_WINDOWS : MOST_PATCHES;
  if (patches <= most) return;
  throw new RangeError(
    `size: expected images of at most ${most} patches of ${high} x ${wide}, got ${height} x ${width}`,
  );
}

/** The size of every processed image; undefined if it depends on the image. */
export function fixedSizeOf({ resize, centerCrop }: ImageProcessorConfig): Size | undefined {
  if (centerCrop !== undefined) return [centerCrop.height, centerCrop.width];
  if (resize === undefined || "shortestEdge" in resize.size || resize.size.keepsAspect) return undefined;
  return [resize.size.height, resize.size.width];
}
