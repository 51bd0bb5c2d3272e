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
import { type Panel, readGrid, type WeightGrid } from "./weightGrid.ts";

/** Weights of some heads: [heads, queries, keys]. */
export interface HeadViewData extends Pick<WeightGrid, "values" | "queries" | "keys"> {
  readonly shape: readonly [heads: number, queries: number, keys: number];
  readonly title?: string;
  /** Whether a legend names the heads and their colours. Default true. */
  readonly legend?: boolean;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const LINE = FONT * 1.6; // the height of a token's line
const SPAN = 160; // from queries to keys
const FAINT = 0.02; // smaller weights are not drawn: their lines would hide the others

/**
 * Draws tokens on both sides, and a line from each query to each key, as strong as the weight; each head has a
 * colour of its own (the head view of BertViz, Vig 2019).
 *
 * @returns a standalone SVG document
 * @throws RangeError if the values or the labels do not match the shape
 */
export function headView(data: HeadViewData): string {
  checkRecord("headView", "data", data);
  const { shape, title, theme, legend: hasLegend = true } = data;
  const [heads] = shape;
  const grid = readGrid("headView", { ...data, shape: [1, ...shape] });
  const { panels, queries, keys } = grid;
  const left = PADDING + labelWidth(queries) + 6;
  const legend = PADDING + titleHeight(title) + FONT;
  const top = hasLegend ? legend + FONT : legend - FONT;
  const middle = (i: number) => top + (i + 0.5) * LINE;
  return svgDocument({
    width: Math.max(left + SPAN + labelWidth(keys) + 6 + PADDING, titleWidth(title), PADDING * 2 + heads * 5 * FONT),
    height: top + Math.max(queries.length, keys.length) * LINE + PADDING,
    title,
    theme,
    description: panels.map((panel) => `Head ${panel.column}: ${wordsOf(panel, queries, keys)}`).join(" "),
    body: [
      ...(hasLegend ? panels : []).map(({ column }) => {
        const x = PADDING + column * 5 * FONT;
        return `<text class="axis" x="${x}" y="${legend}"><tspan fill="${colorOf(column, heads)}">head ${column}</tspan></text>`;
      }),
      ...queries.map((label, i) => {
        return `<text data-query="${i}" x="${left - 6}" y="${place(middle(i) + FONT / 3)}" text-anchor="end">${escapeXml(label)}</text>`;
      }),
      ...keys.map((label, j) => {
        return `<text data-key="${j}" x="${left + SPAN + 6}" y="${place(middle(j) + FONT / 3)}">${escapeXml(label)}</text>`;
      }),
      ...panels.flatMap((panel) =>
        linesOf(panel, queries, keys, {
          ...{ heads, name: hasLegend ? `head ${panel.column}` : undefined },
          at: (i, j) => [left, middle(i), left + SPAN, middle(j)],
        }),
      ),
    ],
  });
}

/** The colour of a head, as far from the others as possible, readable on white and on black. */
export function colorOf(head: number, heads: number): string {
  return `hsl(${Math.round((360 * head) / Math.max(heads, 1) + 220) % 360} 75% 52%)`;
}

/** Options of the lines of a matrix. */
interface LineOptions {
  readonly heads: number;
  /** The name of the matrix; left out if it is the only one. */
  readonly name?: string | undefined;
  readonly at: (query: number, key: number) => readonly number[];
}

/** Draws the lines of one matrix. */
export function linesOf(
  { column, values }: Panel,
  queries: readonly string[],
  keys: readonly string[],
  { heads, name, at }: LineOptions,
): string[] {
  const color = colorOf(column, heads);
  return queries.flatMap((query, i) =>
    keys.flatMap((key, j) => {
      const value = values[i * keys.length + j] ?? NaN;
      if (!(value >= FAINT)) return [];
      const [x1, y1, x2, y2] = at(i, j).map(place);
      const said = escapeXml(`${name === undefined ? "" : `${name}: `}${query} ← ${key}: ${value.toFixed(3)}`);
      const ends = `x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"`;
      return [
        `<line class="line" data-query="${i}" data-key="${j}" ${ends} stroke="${color}" stroke-opacity="${opacity(value)}"><title>${said}</title></line>`,
      ];
    }),
  );
}

/** Describes a matrix in words. */
function wordsOf({ values }: Panel, queries: readonly string[], keys: readonly string[]): string {
  return describeWeights({ rows: queries, columns: keys, values }, 6);
}
