const STARTS: readonly (readonly [start: string, kind: string])[] = [
  ["\x89PNG", "a PNG that ends in its header"],
  ["\xff\xd8\xff", "a JPEG that ends in its header"],
  ["GIF8", "a GIF that ends in its header"],
  ["RIFF", "a WebP that ends in its header, or another RIFF file"],
  ["BM", "BMP: save it as PNG"],
  ["II*\0", "TIFF: save it as PNG"],
  ["MM\0*", "TIFF: save it as PNG"],
  ["%PDF", "PDF: save the picture in it as PNG"],
];

/** Describes a file that is no supported image, in a few words for an error message. */
export function unknownKind(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  const known = STARTS.find(([magic]) => start.startsWith(magic));
  if (known !== undefined) return known[1];
  const text = textOf(bytes.subarray(0, 1024));
  if (text === undefined) return "bytes of another kind";
  // A drawing can hold scripts and links to elsewhere; it is not opened at all.
  return /<svg[\s>]/i.test(text) ? "SVG, which is a drawing, not pixels: export it as PNG" : "text";
}

/** The bytes as text; undefined if they are not text. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    // As the beginning of a stream: its last character may be cut in two.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
