import { exifOrientation } from "./exifOrientation.ts";
import type { ImageHeader } from "./imageHeader.ts";
import { imageMetadata } from "./imageMetadata.ts";
import type { CheckedPixels } from "./pixels.ts";

/**
 * Finds the orientation of a photo, EXIF's 1 to 8, as Pillow's `exif_transpose` does: from EXIF, or from XMP if EXIF has
 * none. An AVIF's EXIF is ignored: its boxes rotate it, and the decoder applies them.
 */
export async function orientationOf(bytes: Uint8Array, type: ImageHeader["type"]): Promise<number> {
  const { exif, xmp } = await imageMetadata(bytes, type);
  const byExif = exif && exifOrientation(exif);
  if (type === "avif" && byExif !== undefined) return 1;
  const found = byExif ?? Number(/tiff:Orientation(?:="|>)([0-9])/.exec(xmp ?? "")?.[1] ?? "1");
  return found >= 1 && found <= 8 ? found : 1;
}

/** Turns stored pixels upright, by {@link orientationOf}. */
export function turnUpright(image: CheckedPixels, orientation: number): CheckedPixels {
  if (orientation === 1) return image;
  const { data, width, height, channels } = image;
  const sideways = orientation >= 5;
  const [columns, rows] = sideways ? [height, width] : [width, height];
  const [fromRight, fromBottom] = [[2, 3, 7, 8].includes(orientation), [3, 4, 6, 7].includes(orientation)];
  const out = new Uint8Array(data.length);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [across, down] = sideways ? [row, column] : [column, row];
      const x = fromRight ? width - 1 - across : across;
      const y = fromBottom ? height - 1 - down : down;
      const from = (y * width + x) * channels;
      for (let channel = 0; channel < channels; channel++) out[at++] = data[from + channel] as number;
    }
  }
  return { data: out, width: columns, height: rows, channels };
}
