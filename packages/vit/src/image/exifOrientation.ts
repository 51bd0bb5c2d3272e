/** The tag of TIFF and EXIF for a photo's orientation. */
const ORIENTATION = 0x0112;

/** A type of TIFF's values: the bytes of one, and how it is read. */
interface ValueType {
  readonly size: number;
  read(view: DataView, at: number, little: boolean): number;
}

const TYPES: Readonly<Record<number, ValueType>> = {
  3: { size: 2, read: (view, at, little) => view.getUint16(at, little) },
  4: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
  5: { size: 8, read: (view, at, little) => view.getUint32(at, little) / view.getUint32(at + 4, little) },
  6: { size: 1, read: (view, at) => view.getInt8(at) },
  8: { size: 2, read: (view, at, little) => view.getInt16(at, little) },
  9: { size: 4, read: (view, at, little) => view.getInt32(at, little) },
  10: { size: 8, read: (view, at, little) => view.getInt32(at, little) / view.getInt32(at + 4, little) },
  11: { size: 4, read: (view, at, little) => view.getFloat32(at, little) },
  12: { size: 8, read: (view, at, little) => view.getFloat64(at, little) },
  13: { size: 4, read: (view, at, little) => view.getUint32(at, little) },
};

/**
 * Reads the orientation of EXIF data, as Pillow does: the first value of the tag's first entry in the first directory, of
 * any size. Undefined if there is none, or the data is broken before it; 0 if it is no whole number.
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
    const value = firstValue(view, at, little);
    if (value !== undefined) return Number.isInteger(value) ? value : 0;
  }
  return undefined;
}

/** The first value of the entry at `at`; undefined where its values lie outside the data, NaN where they are no numbers. */
function firstValue(view: DataView, at: number, little: boolean): number | undefined {
  const type = TYPES[view.getUint16(at + 2, little)];
  const count = view.getUint32(at + 4, little);
  if (type === undefined || count === 0) return NaN;
  const start = type.size * count <= 4 ? at + 8 : view.getUint32(at + 8, little);
  return start + type.size * count <= view.byteLength ? type.read(view, start, little) : undefined;
}

/** The length of the prefix "Exif\0\0", once or twice, before the data. */
function prefixOf(exif: Uint8Array): number {
  let length = 0;
  while (length < 12 && "Exif\0\0".split("").every((char, i) => exif[length + i] === char.charCodeAt(0))) length += 6;
  return length;
}
