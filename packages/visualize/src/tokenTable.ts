import { checkLabels, checkRecord } from "./argumentChecks.ts";
import { checkMatrix, type WeightMatrix } from "./describeWeights.ts";
import { escapeXml } from "./escapeXml.ts";
import { printable } from "./printable.ts";
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

/** Data of a {@link tokenTable}. */
export interface TokenTableData extends WeightMatrix {
  /** rows * columns tokens, row by row. */
  readonly tokens: readonly string[];
  readonly title?: string;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const HEIGHT = 24;
/** Weights are a tint behind letters, which stay readable. */
const STRONGEST = 0.55;

/**
 * Draws a table of tokens, each on a tint of its weight: a logit lens, layers from top to bottom, positions from left to right.
 *
 * @returns a standalone SVG document, whose text alternative has the likeliest token of each row's last column
 * @throws RangeError if there are not rows * columns tokens and values
 */
export function tokenTable(data: TokenTableData): string {
  checkRecord("tokenTable", "data", data);
  checkMatrix("tokenTable", data);
  const { rows, columns, values, tokens, title, theme } = data;
  checkLabels("tokenTable", "tokens", tokens);
  if (tokens.length !== values.length) {
    throw new RangeError(`tokenTable: expected ${rows.length} * ${columns.length} tokens, got ${tokens.length}`);
  }
  const left = PADDING + labelWidth(rows) + 6;
  const top = PADDING + titleHeight(title) + HEIGHT;
  const widths = columns.map(
    (label, j) => labelWidth([label, ...rows.map((_, i) => tokens[i * columns.length + j] ?? "")]) + 12,
  );
  const lefts = widths.map((_, j) => left + widths.slice(0, j).reduce((sum, width) => sum + width, 0));
  const cell = (i: number, j: number) => {
    const value = values[i * columns.length + j] ?? NaN;
    const token = tokens[i * columns.length + j] ?? "";
    const [x, y, width] = [lefts[j] ?? 0, top + i * HEIGHT, widths[j] ?? 0];
    const said = escapeXml(`${rows[i]}, ${columns[j]}: ${token} ${value.toFixed(3)}`);
    const tint = opacity(value * STRONGEST);
    const box = `x="${place(x)}" y="${place(y)}" width="${place(width)}" height="${HEIGHT}"`;
    return [
      `<rect class="cell" ${box} fill-opacity="${tint}"><title>${said}</title></rect>`,
      `<text x="${place(x + width / 2)}" y="${place(y + HEIGHT / 2 + FONT / 3)}" text-anchor="middle" pointer-events="none">${escapeXml(token)}</text>`,
    ];
  };
  return svgDocument({
    width: Math.max(left + widths.reduce((sum, width) => sum + width, 0) + PADDING, titleWidth(title)),
    height: top + rows.length * HEIGHT + PADDING,
    title,
    theme,
    description: describeTokens(data),
    body: [
      ...columns.map(
        (label, j) =>
          `<text x="${place((lefts[j] ?? 0) + (widths[j] ?? 0) / 2)}" y="${top - 8}" text-anchor="middle">${escapeXml(label)}</text>`,
      ),
      ...rows.map((label, i) => {
        const y = place(top + (i + 0.5) * HEIGHT + FONT / 3);
        return `<text x="${place(left - 6)}" y="${y}" text-anchor="end">${escapeXml(label)}</text>`;
      }),
      ...rows.flatMap((_, i) => columns.flatMap((_, j) => cell(i, j))),
    ],
  });
}

function describeTokens({ rows, columns, tokens, values }: TokenTableData): string {
  if (rows.length === 0 || columns.length === 0) return "No tokens.";
  const last = columns.length - 1;
  const told = rows.map((row, i) => {
    const at = i * columns.length + last;
    return `${printable(row)}: ${printable(tokens[at] ?? "")} (${(values[at] ?? NaN).toFixed(2)})`;
  });
  return `At ${printable(columns[last] ?? "")}, ${told.join("; ")}.`;
}
