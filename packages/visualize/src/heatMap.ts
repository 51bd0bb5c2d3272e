import { escapeXml } from "./escapeXml.ts";

/** A matrix of weights and what its sides mean. */
export interface HeatMapData {
  /** A label for each row: queries, target tokens. */
  readonly rows: readonly string[];
  /** A label for each column: keys, source tokens. */
  readonly columns: readonly string[];
  /** rows * columns numbers from 0 to 1, row by row. */
  readonly values: ArrayLike<number>;
  /** Said above the picture, and to those who do not see it. */
  readonly title?: string;
}

// In pixels of the picture's own scale.
const CELL = 24;
const FONT = 13;
const PADDING = 8;

/**
 * A picture of a matrix of weights: the darker a cell, the greater the weight.
 *
 * @returns an SVG document of its own. It follows the page's dark or light scheme, and each cell tells its labels and its
 *   value when pointed at.
 * @throws RangeError if there are not rows * columns values
 */
export function heatMap({ rows, columns, values, title }: HeatMapData): string {
  if (values.length !== rows.length * columns.length) {
    throw new RangeError(`heatMap: expected ${rows.length} * ${columns.length} values, got ${values.length}`);
  }
  const left = PADDING + longest(rows) * FONT * 0.62 + 6;
  const top = PADDING + (title === undefined ? 0 : FONT * 2) + longest(columns) * FONT * 0.62 + 6;
  const titleWidth = [...(title ?? "")].length * FONT * 0.6 + 2 * PADDING;
  const width = Math.ceil(Math.max(left + columns.length * CELL + PADDING, titleWidth));
  const height = Math.ceil(top + rows.length * CELL + PADDING);
  const cell = (row: number, column: number) => {
    const value = values[row * columns.length + column] ?? NaN;
    const place = `x="${left + column * CELL}" y="${top + row * CELL}" width="${CELL}" height="${CELL}"`;
    const said = escapeXml(`${rows[row]} ← ${columns[column]}: ${value.toFixed(3)}`);
    return `<rect class="cell" ${place} fill-opacity="${opacity(value)}"><title>${said}</title></rect>`;
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    title === undefined ? "" : `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="page" width="100%" height="100%"/>`,
    title === undefined ? "" : `<text class="title" x="${PADDING}" y="${PADDING + FONT}">${escapeXml(title)}</text>`,
    ...columns.map((label, i) => {
      const at = `${left + (i + 0.5) * CELL + FONT / 3} ${top - 6}`;
      return `<text transform="translate(${at}) rotate(-90)">${escapeXml(label)}</text>`;
    }),
    ...rows.map((label, i) => {
      const y = top + (i + 0.5) * CELL + FONT / 3;
      return `<text x="${left - 6}" y="${y}" text-anchor="end">${escapeXml(label)}</text>`;
    }),
    ...rows.flatMap((_, row) => columns.map((_, column) => cell(row, column))),
    "</svg>",
    "",
  ]
    .filter((line, i, lines) => line !== "" || i === lines.length - 1)
    .join("\n");
}

const STYLE = `
.page{fill:#fff}.cell{fill:#1d4ed8;stroke:#d4d4d8;stroke-width:.5}
text{font:${FONT}px ui-monospace,Menlo,Consolas,monospace;fill:#18181b}.title{font-family:system-ui,sans-serif}
@media (prefers-color-scheme:dark){.page{fill:#18181b}.cell{fill:#93c5fd;stroke:#3f3f46}text{fill:#f4f4f5}}
`;

function opacity(value: number): string {
  return Number.isNaN(value) ? "0" : Math.min(Math.max(value, 0), 1).toFixed(3);
}

function longest(labels: readonly string[]): number {
  return Math.max(0, ...labels.map((label) => [...label].length));
}
