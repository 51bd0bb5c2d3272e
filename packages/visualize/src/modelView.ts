import { checkRecord } from "./argumentChecks.ts";
import { describeWeights, type WeightMatrix } from "./describeWeights.ts";
import { escapeXml } from "./escapeXml.ts";
import { linesOf } from "./headView.ts";
import { FONT, PADDING, place, svgDocument, type Theme, titleHeight, titleWidth } from "./svgDocument.ts";
import { readGrid, type WeightGrid } from "./weightGrid.ts";

/** Weights of all heads of all layers: [layers, heads, queries, keys]. */
export interface ModelViewData extends WeightGrid {
  readonly title?: string;
  /** The name of layers, numbered from 0. Default "layer". */
  readonly rowName?: string;
  /** The name of heads. Default "head". */
  readonly columnName?: string;
  /** The text alternative of a head's weights. Default `describeWeights` of the first six queries. */
  readonly describe?: (matrix: WeightMatrix) => string;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const PANEL = { width: 72, height: 96, gap: 12 };

/**
 * Draws every head of every layer as a small panel of lines from queries on the left to keys on the right, layers from top to
 * bottom: which heads attend to neighbours, which to one token, which everywhere (the model view of BertViz, Vig 2019).
 *
 * @returns a standalone SVG document
 * @throws RangeError if the values or the labels do not match the shape
 */
export function modelView(data: ModelViewData): string {
  checkRecord("modelView", "data", data);
  const { shape, title, theme, rowName = "layer", columnName = "head" } = data;
  const describe = data.describe ?? ((matrix) => describeWeights(matrix, 6));
  const [layers, heads] = shape;
  const { panels, queries, keys } = readGrid("modelView", data);
  const left = PADDING + FONT * 5;
  const top = PADDING + titleHeight(title) + FONT * 1.5;
  const step = { x: PANEL.width + PANEL.gap, y: PANEL.height + PANEL.gap };
  const middle = (i: number, size: number) => ((i + 0.5) * PANEL.height) / Math.max(size, 1);
  const numbered = (size: number) => Array.from({ length: size }, (_, i) => i);
  const names = [
    ...numbered(layers).map((layer) => {
      const y = place(top + layer * step.y + PANEL.height / 2);
      return `<text class="axis" x="${PADDING}" y="${y}">${escapeXml(`${rowName} ${layer}`)}</text>`;
    }),
    ...numbered(heads).map((head) => {
      const x = place(left + head * step.x + PANEL.width / 2);
      return `<text class="axis" x="${x}" y="${place(top - 6)}" text-anchor="middle">${escapeXml(`${columnName} ${head}`)}</text>`;
    }),
  ];
  const fields = panels.flatMap((panel) => {
    const [x, y] = [left + panel.column * step.x, top + panel.row * step.y];
    const at = (i: number, j: number) => [
      ...[x, y + middle(i, queries.length)],
      ...[x + PANEL.width, y + middle(j, keys.length)],
    ];
    const name = `${columnName} ${panel.column}`;
    const words = describe({ rows: queries, columns: keys, values: panel.values });
    return [
      `<g role="img" data-layer="${panel.row}" data-head="${panel.column}">`,
      `<title>${escapeXml(`${rowName} ${panel.row}, ${name}`)}</title><desc>${escapeXml(words)}</desc>`,
      `<rect class="frame" x="${place(x)}" y="${place(y)}" width="${PANEL.width}" height="${PANEL.height}"/>`,
      ...linesOf(panel, queries, keys, { heads, name, at }),
      "</g>",
    ];
  });
  return svgDocument({
    width: Math.max(left + heads * step.x + PADDING, titleWidth(title)),
    height: top + layers * step.y + PADDING,
    title,
    theme,
    description: `${layers} layers of ${heads} heads over ${queries.length} queries and ${keys.length} keys.`,
    body: [...names, ...fields],
  });
}
