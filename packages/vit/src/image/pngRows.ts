import { brokenImage } from "./imageFileError.ts";

/** A row of a PNG, or of one of the seven passes of an interlaced one. */
export interface PngRow {
  readonly y: number;
  /** The column of its first pixel, and how far apart its pixels are. */
  readonly x: number;
  readonly step: number;
  readonly pixels: number;
  /** Whether it is the first row of its pass. */
  readonly first: boolean;
}

const WHOLE = [[0, 0, 1, 1]] as const;
const ADAM7 = [
  ...[[0, 0, 8, 8] as const, [4, 0, 8, 8] as const, [0, 4, 4, 8] as const, [2, 0, 4, 4] as const],
  ...[[0, 2, 2, 4] as const, [1, 0, 2, 2] as const, [0, 1, 1, 2] as const],
];

/** The rows in the order in which a file holds them. */
export function* pngRows(width: number, height: number, interlaced: boolean): Generator<PngRow> {
  for (const [x, top, step, down] of interlaced ? ADAM7 : WHOLE) {
    const pixels = Math.ceil((width - x) / step);
    if (pixels <= 0) continue;
    for (let y = top; y < height; y += down) yield { y, x, step, pixels, first: y === top };
  }
}

/** Undoes the filter of a row, in place: its first byte selects it, `above` is the row before. @throws ImageFileError */
export function unfilter(row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  const [filter] = row;
  if (filter === undefined || filter > 4) throw brokenImage(`filter ${filter}`);
  if (filter === 1) addLeft(row, pixelBytes);
  if (filter === 2) for (let i = 1; i < row.length; i++) row[i] = (row[i] as number) + (above[i] as number);
  if (filter === 3) addMean(row, above, pixelBytes);
  if (filter === 4) addNearest(row, above, pixelBytes);
}

function addLeft(row: Uint8Array, pixelBytes: number): void {
  for (let i = 1 + pixelBytes; i < row.length; i++) row[i] = (row[i] as number) + (row[i - pixelBytes] as number);
}

function addMean(row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let i = 1; i < row.length; i++) {
    const left = i > pixelBytes ? (row[i - pixelBytes] as number) : 0;
    row[i] = (row[i] as number) + ((left + (above[i] as number)) >> 1);
  }
}

/** Paeth's filter: whichever neighbour is nearest to left + up - corner. */
function addNearest(row: Uint8Array, above: Uint8Array, pixelBytes: number): void {
  for (let i = 1; i < row.length; i++) {
    const inside = i > pixelBytes;
    const left = inside ? (row[i - pixelBytes] as number) : 0;
    const corner = inside ? (above[i - pixelBytes] as number) : 0;
    const up = above[i] as number;
    const byLeft = Math.abs(up - corner);
    const byUp = Math.abs(left - corner);
    const byCorner = Math.abs(left + up - 2 * corner);
    const nearest = byLeft <= byUp && byLeft <= byCorner ? left : byUp <= byCorner ? up : corner;
    row[i] = (row[i] as number) + nearest;
  }
}
