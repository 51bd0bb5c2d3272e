import { checkRecord } from "./argumentChecks.ts";
import { describeExtremes, greatestSize } from "./describeExtremes.ts";
import { checkMatrix, type WeightMatrix } from "./describeWeights.ts";
import { escapeXml } from "./escapeXml.ts";
import {
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

/** Data of a {@link signedHeatMap}. */
export interface SignedHeatMapData extends WeightMatrix {
  readonly title?: string;
  /** The size that is drawn in full. Default the greatest of all. */
  readonly full?: number;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const CELL = 24;

/**
 * Draws numbers above and below 0 as a heat map in two colours, blue and red: effects of patches, contributions to a logit.
 *
 * @returns a standalone SVG document, whose text alternative has the greatest numbers of both signs; each cell shows its labels and
 *   its value when pointed at
 * @throws RangeError if there are not rows * columns values
 */
export function signedHeatMap(data: SignedHeatMapData): string {
  checkRecord("signedHeatMap", "data", data);
  checkMatrix("signedHeatMap", data);
  const { rows, columns, values, title, theme } = data;
  const full = data.full ?? greatestSize(values);
  const left = PADDING + labelWidth(rows) + 6;
  const top = PADDING + titleHeight(title) + labelWidth(columns) + 6;
  const cell = (i: number, j: number) => {
    const value = values[i * columns.length + j] ?? NaN;
    const at = `data-query="${i}" data-key="${j}" x="${place(left + j * CELL)}" y="${place(top + i * CELL)}"`;
    const said = escapeXml(`${rows[i]}, ${columns[j]}: ${value.toFixed(3)}`);
    const kind = value < 0 ? "cell minus" : "cell";
    const tint = opacity(Math.abs(value), full);
    return `<rect class="${kind}" ${at} width="${CELL}" height="${CELL}" fill-opacity="${tint}"><title>${said}</title></rect>`;
  };
  return svgDocument({
    width: Math.max(left + columns.length * CELL + PADDING, titleWidth(title)),
    height: top + rows.length * CELL + PADDING,
    title,
    theme,
    description: describeExtremes(data),
    body: [
      ...columns.map((label, j) => {
        const at = `${place(left + (j + 0.5) * CELL + FONT / 3)} ${place(top - 6)}`;
        return `<text data-key="${j}" transform="translate(${at}) rotate(-90)">${escapeXml(label)}</text>`;
      }),
      ...rows.map((label, i) => {
        const y = place(top + (i + 0.5) * CELL + FONT / 3);
        return `<text data-query="${i}" x="${place(left - 6)}" y="${y}" text-anchor="end">${escapeXml(label)}</text>`;
      }),
      ...rows.flatMap((_, i) => columns.map((_, j) => cell(i, j))),
    ],
  });
}
