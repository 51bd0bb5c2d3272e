import { avifMetadata } from "./avifMetadata.ts";
import { type ImageChunk, imageChunks, latin1 } from "./imageChunks.ts";
import { ImageFileError } from "./imageFileError.ts";
import type { ImageHeader } from "./imageHeader.ts";
import type { ImageMetadata } from "./metadata.ts";

/** The size limit of a PNG's decompressed text, Pillow's. */
const MOST_TEXT = 2 ** 20;

/** The EXIF and XMP of a JPEG, PNG, WebP or AVIF, from where Pillow reads them. GIF has none. */
export async function imageMetadata(bytes: Uint8Array, type: ImageHeader["type"]): Promise<ImageMetadata> {
  if (type === "avif") return avifMetadata(bytes);
  const chunks = [...imageChunks(bytes, type)];
  if (type === "jpeg") return jpegMetadata(chunks);
  if (type === "webp") return webpMetadata(chunks);
  return type === "png" ? pngMetadata(chunks) : {};
}

/** Removes a file's EXIF, so that its decoder rotates nothing: the orientation was read before. */
export function withoutExif(bytes: Uint8Array, type: ImageHeader["type"]): Uint8Array {
  const exif = [...imageChunks(bytes, type)].filter((chunk) => isExif(chunk));
  if (exif.length === 0) return bytes;
  if (type === "webp") {
    // Removal would change the lengths around it: it is renamed to an unknown type instead.
    const copy = bytes.slice();
    for (const { start } of exif) copy.fill("x".charCodeAt(0), start, start + 4);
    return copy;
  }
  const starts = [0, ...exif.map(({ end }) => end)];
  return joined(starts.map((start, i) => bytes.subarray(start, exif[i]?.start)));
}

function isExif({ kind, data }: ImageChunk): boolean {
  return kind === "EXIF" || kind === "eXIf" || (kind === "e1" && startsWith(data, "Exif\0\0"));
}

const XAP = "http://ns.adobe.com/xap/1.0/\0";

/** Reads a JPEG's EXIF, which may be in parts, and its last XMP. */
function jpegMetadata(chunks: readonly ImageChunk[]): ImageMetadata {
  const exif = chunks.filter(isExif).map(({ data }) => data.subarray(6));
  const xmp = chunks.findLast(({ kind, data }) => kind === "e1" && startsWith(data, XAP));
  return { exif: exif.length > 0 ? joined(exif) : undefined, xmp: xmp && latin1(xmp.data.subarray(XAP.length)) };
}

function webpMetadata(chunks: readonly ImageChunk[]): ImageMetadata {
  if (chunks[0]?.kind !== "VP8X") return {}; // the simple forms have no room for it
  const xmp = chunks.find(({ kind }) => kind === "XMP ");
  return { exif: chunks.find(isExif)?.data, xmp: xmp && latin1(xmp.data) };
}

const XMP_KEY = "XML:com.adobe.xmp";
const RAW_EXIF_KEY = "Raw profile type exif";

/** Reads a PNG's EXIF and XMP; the last of each counts. */
async function pngMetadata(chunks: readonly ImageChunk[]): Promise<ImageMetadata> {
  const texts = new Map<string, string>();
  for (const { kind, data } of chunks) {
    if (kind !== "tEXt" && kind !== "zTXt" && kind !== "iTXt") continue;
    const key = latin1(data.subarray(0, 32)).split("\0", 1)[0] ?? "";
    if (key !== XMP_KEY && key !== RAW_EXIF_KEY) continue;
    const text = await pngText(kind, data.subarray(key.length + 1));
    if (text !== undefined) texts.set(key, text);
  }
  const exif = chunks.findLast(isExif)?.data;
  return { exif: exif ?? bytesOfProfile(texts.get(RAW_EXIF_KEY) ?? ""), xmp: texts.get(XMP_KEY) };
}

/** The text of a chunk after its key; undefined if it is broken. */
async function pngText(kind: "tEXt" | "zTXt" | "iTXt", data: Uint8Array): Promise<string | undefined> {
  if (kind === "tEXt") return latin1(data);
  if (kind === "zTXt") return unpacked(data.subarray(1));
  const language = data.indexOf(0, 2);
  const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
  if (translated < 0) return undefined;
  const text = data.subarray(translated + 1);
  return data[0] === 0 ? latin1(text) : unpacked(text);
}

/** @throws ImageFileError if it is more than {@link MOST_TEXT} */
async function unpacked(data: Uint8Array): Promise<string | undefined> {
  const reader = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream("deflate")).getReader();
  let text = "";
  try {
    for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
      text += latin1(value as Uint8Array);
      if (text.length > MOST_TEXT) break;
    }
  } catch {
    return undefined; // no zlib data
  }
  if (text.length <= MOST_TEXT) return text;
  await reader.cancel();
  throw new ImageFileError(
    `expected a PNG whose text unpacks to at most ${MOST_TEXT} bytes, got more: save it without metadata`,
  );
}

/** The bytes of ImageMagick's profile: an empty line, a name, a length, and lines of hexadecimal digits. */
function bytesOfProfile(text: string): Uint8Array | undefined {
  const digits = text.split("\n").slice(3).join("").replace(/\s/g, "");
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) return undefined;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return latin1(bytes.subarray(0, text.length)) === text;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
