/** The tag of TIFF and EXIF that says how a photo lies. */
const ORIENTATION = 0x0112;

/** How to read a tag's value, by its type: unsigned and signed numbers of 2 and 4 bytes. */
const READERS: Readonly<Record<number, (view: DataView, at: number, little: boolean) => number>> = {
  3: (view, at, little) => view.getUint16(at, little),
  4: (view, at, little) => view.getUint32(at, little),
  8: (view, at, little) => view.getInt16(at, little),
  9: (view, at, little) => view.getInt32(at, little),
};

/**
 * The orientation that EXIF data says, as Pillow reads it: the tag's first entry in the first directory, whatever it is.
 * Undefined if there is none, or the data is broken before it; 0 if it is no single number.
 */
export function exifOrientation(exif: Uint8Array): number | undefined {
  const bytes = exif.subarray(prefixOf(exif));
  if (bytes.length < 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = String.fromCharCode(bytes[0] ?? 0, bytes[1] ?? 0);
  const little = order === "II";
  if ((!little && order !== "MM") || view.getUint16(2, little) !== 42) return undefined;
  const start = view.getUint32(4, little);
  if (start + 2 > bytes.length) return undefined;
  const entries = view.getUint16(start, little);
  for (let at = start + 2; at < start + 2 + 12 * entries && at + 12 <= bytes.length; at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION) continue;
    const read = READERS[view.getUint16(at + 2, little)];
    return read !== undefined && view.getUint32(at + 4, little) === 1 ? read(view, at + 8, little) : 0;
  }
  return undefined;
}

/** How many bytes of "Exif\0\0", once or twice, stand before the data. */
function prefixOf(exif: Uint8Array): number {
  let length = 0;
  while (length < 12 && "Exif\0\0".split("").every((char, i) => exif[length + i] === char.charCodeAt(0))) length += 6;
  return length;
}
