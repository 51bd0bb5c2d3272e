import { brokenImage } from "./imageFileError.ts";

/** The first frame of a GIF and its canvas. */
export interface GifFrame {
  /** Size of the canvas, which grows where a frame reaches beyond it. */
  readonly width: number;
  readonly height: number;
  readonly frame: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** [256, 3], colours missing in the file are black; undefined where there is none, and an index is a grey. */
  readonly palette: Uint8Array | undefined;
  /** The index around the frame: the transparent one, else the first. */
  readonly around: number;
  readonly interlaced: boolean;
  /** The offset of its packed indices. */
  readonly start: number;
}

/** Reads a GIF up to the pixels of its first frame, as Pillow does. @throws ImageFileError */
export function gifFrame(bytes: Uint8Array): GifFrame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const shared = paletteAt(view, 10, 13);
    const { at, around } = skipExtensions(view, shared.end);
    const [x, y, width, height] = [1, 3, 5, 7].map((by) => view.getUint16(at + by, true)) as FourNumbers;
    const own = paletteAt(view, at + 9, at + 10);
    return {
      width: Math.max(view.getUint16(6, true), x + width),
      height: Math.max(view.getUint16(8, true), y + height),
      frame: { x, y, width, height },
      palette: own.said ? own.palette : shared.palette,
      around,
      interlaced: (view.getUint8(at + 9) & 64) !== 0,
      start: own.end,
    };
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw brokenImage("it ends before its first frame", cause);
  }
}

type FourNumbers = [number, number, number, number];

/** The offset of the first frame's descriptor, and its transparent index from an extension. @throws RangeError at the end */
function skipExtensions(view: DataView, from: number): { readonly at: number; readonly around: number } {
  let around = 0;
  let at = from;
  for (let kind = view.getUint8(at); kind !== 0x2c; kind = view.getUint8(at)) {
    if (kind === 0x3b) throw new RangeError("no frame");
    at += 1;
    if (kind !== 0x21) continue; // anything between blocks is skipped
    if (view.getUint8(at) === 0xf9 && view.getUint8(at + 1) > 0 && view.getUint8(at + 2) & 1) {
      around = view.getUint8(at + 5);
    }
    at += 1;
    for (let size = view.getUint8(at); size > 0; size = view.getUint8(at)) at += 1 + size;
    at += 1;
  }
  return { at, around };
}

/** The palette declared by the flags at `flagsAt` and stored at `start`. */
function paletteAt(view: DataView, flagsAt: number, start: number) {
  const flags = view.getUint8(flagsAt);
  if ((flags & 128) === 0) return { said: false, palette: undefined, end: start };
  const size = 3 << ((flags & 7) + 1);
  const colours = new Uint8Array(view.buffer, view.byteOffset + start, size);
  const isGrey = colours.every((value, i) => value === Math.floor(i / 3));
  const palette = new Uint8Array(256 * 3);
  palette.set(colours);
  return { said: true, palette: isGrey ? undefined : palette, end: start + size };
}
