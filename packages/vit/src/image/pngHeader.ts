import { type ImageChunk, imageChunks } from "./imageChunks.ts";
import { crc32 } from "./crc32.ts";
import { brokenImage, ImageFileError } from "./imageFileError.ts";

/** The header and the palette of a PNG. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly colour: keyof typeof COLOURS;
  readonly interlaced: boolean;
  /** [256, 3]; colours missing in the file are black. */
  readonly palette: Uint8Array;
}

/** The longest side, libpng's limit: many rows of one pixel each are slow. */
const MOST_SIDE = 1_000_000;

/** The colour types by number: samples of a pixel, and the depths that they may have. */
export const COLOURS = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] }, // grey
  2: { samples: 3, depths: [8, 16] }, // red, green and blue
  3: { samples: 1, depths: [1, 2, 4, 8] }, // an index of a palette
  4: { samples: 2, depths: [8, 16] }, // grey and alpha
  6: { samples: 4, depths: [8, 16] }, // red, green, blue and alpha
} as const;

/** The header of a PNG, and its pixels as they are packed. @throws ImageFileError */
export function readPng(bytes: Uint8Array): { readonly header: PngHeader; readonly packed: readonly Uint8Array[] } {
  const palette = new Uint8Array(256 * 3);
  const packed: Uint8Array[] = [];
  let first: DataView | undefined;
  for (const chunk of imageChunks(bytes, "png")) {
    const { kind, data } = chunk;
    if (first === undefined && kind !== "IHDR") throw brokenImage("no header at its beginning");
    if (kind === "IDAT") packed.push(data);
    else if (packed.length > 0) break; // the later frames of an animation
    checkSum(bytes, chunk);
    if (kind === "IHDR") first ??= new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (kind === "PLTE") palette.set(data.subarray(0, palette.length));
  }
  if (first === undefined || first.byteLength < 13) throw brokenImage("no header");
  return { header: { ...parseHeader(first), palette }, packed };
}

function checkSum(bytes: Uint8Array, { kind, start, end }: ImageChunk): void {
  if (end > bytes.length) return; // cut off: its pixels may still be whole
  const said = new DataView(bytes.buffer, bytes.byteOffset + end - 4, 4).getUint32(0);
  if (crc32(bytes.subarray(start + 4, end - 4)) !== said) throw brokenImage(`the checksum of ${kind} is another`);
}

function parseHeader(view: DataView): Omit<PngHeader, "palette"> {
  const [depth, colour] = [view.getUint8(8), view.getUint8(9)];
  const depths: readonly number[] = isColour(colour) ? COLOURS[colour].depths : [];
  if (!isColour(colour) || !depths.includes(depth)) throw brokenImage(`${depth} bits of colour type ${colour}`);
  if (view.getUint8(10) !== 0 || view.getUint8(11) !== 0) throw brokenImage("another compression or filter");
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  if (Math.max(width, height) > MOST_SIDE) {
    throw new ImageFileError(`expected a PNG of at most ${MOST_SIDE} pixels a side, got ${width} x ${height}`);
  }
  return {
    ...{ width, height, depth, colour },
    interlaced: view.getUint8(12) !== 0,
  };
}

function isColour(colour: number): colour is keyof typeof COLOURS {
  return colour in COLOURS;
}
