import { checkNumbers, checkRecord } from "./argumentChecks.ts";
import { greatestSize } from "./describeExtremes.ts";
import { opacity, place, svgDocument, type Theme } from "./svgDocument.ts";

/** Data of a {@link numberThumbnail}. */
export interface NumberThumbnailData {
  readonly rows: number;
  readonly columns: number;
  /** rows * columns numbers, row by row. */
  readonly values: ArrayLike<number>;
  /** The size that is drawn in full. Default the greatest of all. */
  readonly full?: number;
  /** The size of the picture, in pixels of its own scale. Default 96 by 48. */
  readonly width?: number;
  readonly height?: number;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

/** Marks of a picture at most, along each side. */
const MOST = 32;

/**
 * Draws a matrix of any size as a small picture without labels, blue above 0 and red below: an activation among many. Of a matrix with
 * more rows or columns than the picture has marks, a mark is the number of the greatest size among those that it stands for.
 *
 * @returns a standalone SVG document
 * @throws RangeError if there are not rows * columns values
 */
export function numberThumbnail(data: NumberThumbnailData): string {
  checkRecord("numberThumbnail", "data", data);
  const { rows, columns, values, theme, width = 96, height = 48 } = data;
  checkNumbers("numberThumbnail", "values", values);
  if (values.length !== rows * columns) {
    throw new RangeError(`numberThumbnail: expected ${rows} * ${columns} values, got ${values.length}`);
  }
  const full = data.full ?? greatestSize(values);
  const [down, across] = [Math.min(rows, MOST), Math.min(columns, MOST)];
  const [w, h] = [width / Math.max(across, 1), height / Math.max(down, 1)];
  const marks = Array.from({ length: down * across }, (_, at) => {
    const [i, j] = [Math.floor(at / across), at % across];
    const value = strongest(values, columns, rangeOf(i, down, rows), rangeOf(j, across, columns));
    const ink = opacity(Math.abs(value), full);
    if (Number(ink) === 0) return "";
    const box = `x="${place(j * w)}" y="${place(i * h)}" width="${place(w)}" height="${place(h)}"`;
    return `<rect class="cell bare${value < 0 ? " minus" : ""}" ${box} fill-opacity="${ink}"/>`;
  });
  return svgDocument({ width, height, theme, body: marks.filter((mark) => mark !== "") });
}

/** The numbers from `start` up to `end` that mark i of `marks` stands for. */
function rangeOf(i: number, marks: number, count: number): readonly [start: number, end: number] {
  return [Math.floor((i * count) / marks), Math.floor(((i + 1) * count) / marks)];
}

function strongest(
  values: ArrayLike<number>,
  columns: number,
  [top, bottom]: readonly [number, number],
  [left, right]: readonly [number, number],
): number {
  let found = 0;
  for (let i = top; i < bottom; i++) {
    for (let j = left; j < right; j++) {
      const value = values[i * columns + j] ?? 0;
      if (Number.isFinite(value) && Math.abs(value) > Math.abs(found)) found = value;
    }
  }
  return found;
}
