import { checkRecord } from "./argumentChecks.ts";
import { describeWeights } from "./describeWeights.ts";
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
import { readGrid, type WeightGrid } from "./weightGrid.ts";

/** Data of a {@link heatMapGrid}. */
export interface HeatMapGridData extends WeightGrid {
  /** The name of the grid's rows, numbered from 0: "layer". */
  readonly rowName?: string;
  /** The name of its columns: "head". */
  readonly columnName?: string;
  /** A name for each panel, row by row. Default the row's and the column's with their numbers. */
  readonly names?: readonly string[];
  readonly title?: string;
  /** The weight that is drawn in full. Default the greatest of all, so that many small ones can be seen. */
  readonly full?: number;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

/** The side of a cell: as large as fits about 240 pixels, but not below 4, at which single cells are still visible. */
const cellSize = (queries: number, keys: number) =>
  Math.min(24, Math.max(4, Math.floor(240 / Math.max(queries, keys, 1))));

/** The cell size from which cells have a label beside them. */
const LABELLED = FONT * 0.9;

/**
 * Heat maps in rows and columns, one for each matrix of `[rows, columns, queries, keys]` weights: all heads of all layers at
 * a glance, as `show_heatmaps` of Dive into Deep Learning.
 *
 * @returns a standalone SVG document; cells without weight have no mark, and tokens label the sides where they fit
 * @throws RangeError if the values or the labels do not match the shape
 */
export function heatMapGrid(data: HeatMapGridData): string {
  checkRecord("heatMapGrid", "data", data);
  const { rowName = "row", columnName = "column", names, title, theme, shape } = data;
  const { panels, queries, keys } = readGrid("heatMapGrid", data);
  const [rows, columns] = shape;
  if (names !== undefined && names.length !== panels.length) {
    throw new RangeError(`heatMapGrid: expected ${panels.length} names of panels, got ${names.length}`);
  }
  const full = data.full ?? greatest(data.values);
  const cell = cellSize(queries.length, keys.length);
  const labelled = cell >= LABELLED;
  const head = FONT * 1.6; // the line above a panel
  const left = labelled ? labelWidth(queries) + 6 : 0;
  const above = labelled ? labelWidth(keys) + 6 : 0;
  const [width, height] = [left + keys.length * cell + 12, head + above + queries.length * cell + 12];
  const top = PADDING + titleHeight(title);

  const body = panels.flatMap(({ row, column, values }) => {
    const x = PADDING + column * width + left;
    const y = top + row * height + head + above;
    const name = names?.[row * columns + column] ?? `${rowName} ${row}, ${columnName} ${column}`;
    const cells = queries.flatMap((query, i) =>
      keys.flatMap((key, j) => {
        const value = values[i * keys.length + j] ?? NaN;
        const ink = opacity(value, full);
        if (Number(ink) === 0) return [];
        const at = `x="${place(x + j * cell)}" y="${place(y + i * cell)}" width="${cell}" height="${cell}"`;
        const said = escapeXml(`${name}: ${query} ← ${key}: ${value.toFixed(3)}`);
        return [
          `<rect class="cell${labelled ? "" : " bare"}" ${at} fill-opacity="${ink}"><title>${said}</title></rect>`,
        ];
      }),
    );
    const words = describeWeights({ rows: queries, columns: keys, values }, 6);
    return [
      `<g role="img"><title>${escapeXml(name)}</title><desc>${escapeXml(words)}</desc>`,
      `<text class="axis" x="${place(x)}" y="${place(y - above - 5)}">${escapeXml(name)}</text>`,
      ...(labelled ? sides(queries, keys, { x, y, cell }) : []),
      `<rect class="frame" x="${place(x)}" y="${place(y)}" width="${keys.length * cell}" height="${queries.length * cell}"/>`,
      ...cells,
      "</g>",
    ];
  });
  return svgDocument({
    width: Math.max(PADDING * 2 + columns * width, titleWidth(title)),
    height: top + rows * height + PADDING,
    title,
    theme,
    description: `${rows} times ${columns} heat maps of ${queries.length} queries and ${keys.length} keys; full ink is a weight of ${full.toFixed(2)}.`,
    body,
  });
}

/** The greatest of some weights, NaN left out; 1 if none is above 0. */
function greatest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i] || 0);
  return most > 0 ? most : 1;
}

function sides(
  queries: readonly string[],
  keys: readonly string[],
  at: { x: number; y: number; cell: number },
): string[] {
  const { x, y, cell } = at;
  return [
    ...keys.map((label, j) => {
      const to = `${place(x + (j + 0.5) * cell + FONT / 3)} ${place(y - 4)}`;
      return `<text transform="translate(${to}) rotate(-90)">${escapeXml(label)}</text>`;
    }),
    ...queries.map((label, i) => {
      const line = place(y + (i + 0.5) * cell + FONT / 3);
      return `<text x="${place(x - 4)}" y="${line}" text-anchor="end">${escapeXml(label)}</text>`;
    }),
  ];
}
