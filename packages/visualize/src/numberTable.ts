import { checkRecord } from "./argumentChecks.ts";
import { describeExtremes, greatestSize } from "./describeExtremes.ts";
import { checkMatrix, type WeightMatrix } from "./describeWeights.ts";
import { escapeXml } from "./escapeXml.ts";
import {
  CHARACTER,
  FONT,
  labelWidth,
  opacity,
  PADDING,
  place,
  svgDocument,
  type Theme,
  titleHeight,
  titleWidth,
} from "./svgDocument.ts";

/** Data of a {@link numberTable}. */
export interface NumberTableData extends WeightMatrix {
  readonly title?: string;
  /** The size whose tint is the strongest. Default the greatest of all. */
  readonly full?: number;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const HEIGHT = 24;
/** Digits after the point of a number below 10. */
const DIGITS = 3;
/** Tints are behind digits, which stay readable. */
const STRONGEST = 0.45;
/** Numbers from here on stand for nothing but a mask. */
const MASKED = -1e8;

/**
 * Draws a matrix of any numbers with the numbers themselves in its cells, on a tint of their size in the colour of their sign:
 * activations of a model. A score that a mask has hidden, below -10⁸ or -Infinity, is written as −∞.
 *
 * @returns a standalone SVG document, whose text alternative has the greatest numbers of both signs
 * @throws RangeError if there are not rows * columns values
 */
export function numberTable(data: NumberTableData): string {
  checkRecord("numberTable", "data", data);
  checkMatrix("numberTable", data);
  const { rows, columns, title, theme } = data;
  const values = Array.from(data.values, (value) => (value <= MASKED ? -Infinity : value));
  const full = data.full ?? greatestSize(values);
  const numbers = values.map(shortNumber);
  const widths = columns.map((label, j) =>
    labelWidth([label, ...rows.map((_, i) => numbers[i * columns.length + j] ?? "")]),
  );
  const width = Math.max(CHARACTER * 6, ...widths) + 10;
  const left = PADDING + labelWidth(rows) + 6;
  const top = PADDING + titleHeight(title) + HEIGHT;
  const cell = (i: number, j: number) => {
    const at = i * columns.length + j;
    const value = values[at] ?? NaN;
    const [x, y] = [left + j * width, top + i * HEIGHT];
    const tint = Number.isFinite(value) ? opacity(Math.abs(value), full / STRONGEST) : "0";
    const box = `data-query="${i}" data-key="${j}" x="${place(x)}" y="${place(y)}" width="${place(width)}" height="${HEIGHT}"`;
    const said = escapeXml(`${rows[i]}, ${columns[j]}: ${value}`);
    const number = `<text x="${place(x + width - 5)}" y="${place(y + HEIGHT / 2 + FONT / 3)}" text-anchor="end" pointer-events="none">${numbers[at]}</text>`;
    return [
      `<rect class="${value < 0 ? "cell minus" : "cell"}" ${box} fill-opacity="${tint}"><title>${said}</title></rect>`,
      number,
    ];
  };
  return svgDocument({
    width: Math.max(left + columns.length * width + PADDING, titleWidth(title)),
    height: top + rows.length * HEIGHT + PADDING,
    title,
    theme,
    description: describeExtremes({
      rows,
      columns,
      values: values.map((value) => (Number.isFinite(value) ? value : NaN)),
    }),
    body: [
      ...columns.map(
        (label, j) =>
          `<text x="${place(left + (j + 1) * width - 5)}" y="${top - 8}" text-anchor="end">${escapeXml(label)}</text>`,
      ),
      ...rows.map((label, i) => {
        const y = place(top + (i + 0.5) * HEIGHT + FONT / 3);
        return `<text x="${place(left - 6)}" y="${y}" text-anchor="end">${escapeXml(label)}</text>`;
      }),
      ...rows.flatMap((_, i) => columns.flatMap((_, j) => cell(i, j))),
    ],
  });
}

/** A number in six characters or so. */
function shortNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const size = Math.abs(value);
  const digits = size < 10 ? DIGITS : size < 100 ? 2 : size < 1000 ? 1 : 0;
  return value.toFixed(digits).replace("-", "−");
}
