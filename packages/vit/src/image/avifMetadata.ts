import type { ImageMetadata } from "./metadata.ts";
import { latin1 } from "./imageChunks.ts";

/** A box of an AVIF, as of any file of ISO/IEC 14496-12. */
interface Box {
  readonly kind: string;
  readonly data: DataView;
  /** The four bytes of the file that hold its kind. */
  readonly name: Uint8Array;
}

/**
 * Reads the EXIF and XMP of an AVIF, where each is contiguous. Empty if the file's boxes rotate or mirror it already: the
 * decoder applies them, and Pillow then reads no EXIF.
 */
export function avifMetadata(bytes: Uint8Array): ImageMetadata {
  try {
    const meta = find(boxes(viewOf(bytes)), "meta");
    if (meta === undefined) return {};
    const parts = [...boxes(after(meta, 4))];
    const properties = [...boxes(find(boxes(find(parts, "iprp")), "ipco"))];
    if (properties.some(turns)) return {};
    const items = [...itemInfos(find(parts, "iinf"))];
    const read = (wanted: string) => {
      const id = items.find(({ kind }) => kind === wanted)?.id;
      return id === undefined ? undefined : itemBytes(bytes, find(parts, "iloc"), find(parts, "idat"), id);
    };
    // EXIF is preceded by the offset of TIFF in it: 0, or after the "Exif" that is skipped.
    const [exif, xmp] = [read("Exif"), read("application/rdf+xml")];
    return { exif: exif?.subarray(4), xmp: xmp && latin1(xmp) };
  } catch (error) {
    if (error instanceof RangeError) return {}; // a truncated box
    throw error;
  }
}

/** Whether a box rotates by 90 degrees or more, or mirrors. */
function turns({ kind, data }: Box): boolean {
  return kind === "imir" || (kind === "irot" && (data.getUint8(0) & 3) !== 0);
}

/** Whether the colours of an AVIF are multiplied by its transparency. */
export function isPremultiplied(bytes: Uint8Array): boolean {
  return avifReferences(bytes).some(({ kind }) => kind === "prem");
}

/** The references between the images of an AVIF, such as `auxl` if one is the transparency of another. */
export function avifReferences(bytes: Uint8Array): Pick<Box, "kind" | "name">[] {
  try {
    const meta = find(boxes(viewOf(bytes)), "meta");
    const references = meta && find(boxes(after(meta, 4)), "iref");
    return references === undefined ? [] : [...boxes(after(references, 4))];
  } catch (error) {
    if (error instanceof RangeError) return []; // a truncated box
    throw error;
  }
}

function* boxes(view: DataView | undefined): Generator<Box> {
  if (view === undefined) return;
  for (let at = 0; at + 8 <= view.byteLength;) {
    const kind = text(view, at + 4, at + 8);
    const short = view.getUint32(at);
    const header = short === 1 ? 16 : 8;
    const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short === 0 ? view.byteLength - at : short;
    if (size < header) return;
    const data = slice(view, at + header, Math.min(at + size, view.byteLength));
    yield { kind, data, name: new Uint8Array(view.buffer, view.byteOffset + at + 4, 4) };
    at += size;
  }
}

/** The items of a box `iinf`: the kind of each, of one that is `mime` its type. */
function* itemInfos(iinf: DataView | undefined): Generator<{ readonly id: number; readonly kind: string }> {
  if (iinf === undefined) return;
  for (const { kind, data } of boxes(after(iinf, iinf.getUint8(0) === 0 ? 6 : 8))) {
    const version = data.getUint8(0);
    if (kind !== "infe" || version < 2) continue;
    const [id, at] = version === 2 ? [data.getUint16(4), 8] : [data.getUint32(4), 10];
    const type = text(data, at, at + 4);
    const [, contentType = ""] = text(data, at + 4, data.byteLength).split("\0");
    yield { id, kind: type === "mime" ? contentType : type };
  }
}

/** The bytes of an item, its first extent, as a box `iloc` locates it. */
function itemBytes(file: Uint8Array, iloc: DataView | undefined, idat: DataView | undefined, wanted: number) {
  if (iloc === undefined) return undefined;
  const version = iloc.getUint8(0);
  const [sizes, more] = [iloc.getUint8(4), iloc.getUint8(5)];
  const [offsetSize, lengthSize, baseSize, indexSize] = [
    sizes >> 4,
    sizes & 15,
    more >> 4,
    version > 0 ? more & 15 : 0,
  ];
  let at = 6;
  const next = (size: number) => {
    at += size;
    if (size === 0) return 0;
    if (size === 2) return iloc.getUint16(at - 2);
    return size === 4 ? iloc.getUint32(at - 4) : Number(iloc.getBigUint64(at - 8));
  };
  for (let left = next(version < 2 ? 2 : 4); left > 0; left--) {
    const id = next(version < 2 ? 2 : 4);
    const method = version > 0 ? next(2) & 15 : 0;
    next(2);
    const [base, extents] = [next(baseSize), next(2)];
    const first = at;
    next(indexSize);
    const [start, length] = [base + next(offsetSize), next(lengthSize)];
    at = first + extents * (indexSize + offsetSize + lengthSize);
    if (id !== wanted || extents !== 1) continue;
    const source =
      method === 1 && idat !== undefined ? new Uint8Array(idat.buffer, idat.byteOffset, idat.byteLength) : file;
    return source.subarray(start, length === 0 ? undefined : start + length);
  }
  return undefined;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) => new DataView(buffer, byteOffset, byteLength);
const slice = (view: DataView, start: number, end: number) =>
  new DataView(view.buffer, view.byteOffset + start, end - start);
const after = (view: DataView, start: number) => slice(view, start, view.byteLength);
const text = (view: DataView, start: number, end: number) =>
  latin1(new Uint8Array(view.buffer, view.byteOffset + start, end - start));

function find(from: Iterable<Box>, kind: string): DataView | undefined {
  for (const box of from) if (box.kind === kind) return box.data;
  return undefined;
}
