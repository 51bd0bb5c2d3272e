import type { ImageHeader } from "./imageHeader.ts";

/** A chunk of an image file: a JPEG's segment before its pixels, a PNG's or a WebP's chunk. */
export interface ImageChunk {
  /** A PNG's or WebP's own name of it; of a JPEG the marker's second byte, `e1`. */
  readonly kind: string;
  readonly data: Uint8Array;
  /** Start and end of all of it in the file. */
  readonly start: number;
  readonly end: number;
}

/** The chunks of a JPEG, a PNG or a WebP, as far as they are complete; none for other kinds. */
export function imageChunks(bytes: Uint8Array, type: ImageHeader["type"]): Iterable<ImageChunk> {
  if (type === "jpeg") return jpegSegments(bytes);
  if (type === "png") return chunks(bytes, { from: 8, little: false, nameFirst: false, after: 4 });
  return type === "webp" ? chunks(bytes, { from: 12, little: true, nameFirst: true, after: 0 }) : [];
}

function* jpegSegments(bytes: Uint8Array): Generator<ImageChunk> {
  for (let start = 2; start + 4 <= bytes.length && bytes[start] === 0xff;) {
    const marker = bytes[start + 1] ?? 0;
    if (marker === 0xda || marker === 0xd9) return; // the pixels, or the end
    if (marker === 0xff) start += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) start += 2;
    else {
      const end = start + 2 + (((bytes[start + 2] ?? 0) << 8) | (bytes[start + 3] ?? 0));
      yield { kind: marker.toString(16), data: bytes.subarray(start + 4, end), start, end };
      start = Math.max(end, start + 4);
    }
  }
}

/** The chunk layout of a PNG or a WebP: byte order, whether the name precedes the length, the bytes after the data. */
interface ChunkLayout {
  readonly from: number;
  readonly little: boolean;
  readonly nameFirst: boolean;
  readonly after: number;
}

function* chunks(bytes: Uint8Array, { from, little, nameFirst, after }: ChunkLayout): Generator<ImageChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let start = from; start + 8 <= bytes.length;) {
    const size = view.getUint32(start + (nameFirst ? 4 : 0), little);
    const name = start + (nameFirst ? 0 : 4);
    const data = bytes.subarray(start + 8, start + 8 + size);
    const end = start + 8 + size + after + (nameFirst ? size % 2 : 0);
    yield { kind: latin1(bytes.subarray(name, name + 4)), data, start, end };
    start = end;
  }
}

/** A byte a character: TextDecoder's "latin1" is windows-1252. */
export function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return text;
}
