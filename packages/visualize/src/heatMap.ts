import { checkRecord } from "./argumentChecks.ts";
import { checkMatrix, describeWeights, type WeightMatrix } from "./describeWeights.ts";
import { escapeXml } from "./escapeXml.ts";
import { FONT, labelWidth, opacity, PADDING, svgDocument, type Theme, titleHeight, titleWidth } from "./svgDocument.ts";

/** Data of a {@link heatMap}. */
export interface HeatMapData extends WeightMatrix {
  /** The title above the picture and in its text alternative. */
  readonly title?: string;
  /** The weight that is drawn in full. Default 1. */
  readonly full?: number;
  /** The weight that is not drawn at all: scores go below 0. Default 0. */
  readonly empty?: number;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

// In pixels of the picture's own scale.
const CELL = 24;

/**
 * Draws a matrix of weights: the darker a cell, the greater the weight.
 *
 * @returns a standalone SVG document. It follows the page's dark or light scheme, has the greatest weights of each row in its
 *   text alternative, and each cell shows its labels and its value when pointed at.
 * @throws RangeError if there are not rows * columns values
 */
export function heatMap(data: HeatMapData): string {
  checkRecord("heatMap", "data", data);
  checkMatrix("heatMap", data);
  const { rows, columns, values, title, theme, full, empty } = data;
  const left = PADDING + labelWidth(rows) + 6;
  const top = PADDING + titleHeight(title) + labelWidth(columns) + 6;
  const cell = (row: number, column: number) => {
    const value = values[row * columns.length + column] ?? NaN;
    const place = `data-query="${row}" data-key="${column}"`;
    const at = `${place} x="${left + column * CELL}" y="${top + row * CELL}" width="${CELL}" height="${CELL}"`;
    const said = escapeXml(`${rows[row]} ← ${columns[column]}: ${value.toFixed(3)}`);
    return `<rect class="cell" ${at} fill-opacity="${opacity(value, full, empty)}"><title>${said}</title></rect>`;
  };
  return svgDocument({
    width: Math.max(left + columns.length * CELL + PADDING, titleWidth(title)),
    height: top + rows.length * CELL + PADDING,
    title,
    theme,
    description: describeWeights(data),
    body: [
      ...columns.map((label, i) => {
        const at = `${left + (i + 0.5) * CELL + FONT / 3} ${top - 6}`;
        return `<text data-key="${i}" transform="translate(${at}) rotate(-90)">${escapeXml(label)}</text>`;
      }),
      ...rows.map((label, i) => {
        const y = top + (i + 0.5) * CELL + FONT / 3;
        return `<text data-query="${i}" x="${left - 6}" y="${y}" text-anchor="end">${escapeXml(label)}</text>`;
      }),
      ...rows.flatMap((_, row) => columns.map((_, column) => cell(row, column))),
    ],
  });
}
