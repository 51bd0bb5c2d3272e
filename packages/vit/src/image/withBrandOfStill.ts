/**
 * Gives an AVIF sequence (`avis`) the brand of a still image, which it also holds as its first frame: libheif, as
 * sharp ships it, opens it only so. Other files are returned as they are.
 */
export function withBrandOfStill(bytes: Uint8Array): Uint8Array {
  if (String.fromCharCode(...bytes.subarray(4, 12)) !== "ftypavis") return bytes;
  const still = bytes.slice();
  still[11] = "f".charCodeAt(0);
  return still;
}
