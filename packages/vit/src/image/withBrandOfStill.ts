/**
 * An AVIF that is a sequence (`avis`) under the brand of a still image, whose first frame it holds besides: libheif, as
 * sharp ships it, opens it by that only. Other files are handed back as they are.
 */
export function withBrandOfStill(bytes: Uint8Array): Uint8Array {
  if (String.fromCharCode(...bytes.subarray(4, 12)) !== "ftypavis") return bytes;
  const still = bytes.slice();
  still[11] = "f".charCodeAt(0);
  return still;
}
