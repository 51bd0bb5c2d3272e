import { checkRecord } from "./argumentChecks.ts";
import { escapeXml } from "./escapeXml.ts";
import { colorOf } from "./headView.ts";
import { FONT, labelWidth, PADDING, place, svgDocument, type Theme, titleHeight, titleWidth } from "./svgDocument.ts";

/** A series of points. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Whether points are drawn instead of a line. Default false. */
  readonly dots?: boolean;
}

/** Data of a {@link lineChart}. */
export interface LineChartData {
  readonly series: readonly Series[];
  readonly title?: string;
  readonly xName?: string;
  readonly yName?: string;
  /** Whether the axes are logarithmic, for numbers above 0. Default false. */
  readonly logarithmic?: boolean;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const PLOT = { width: 420, height: 240 };

/**
 * Draws curves and points over two axes.
 *
 * @returns a standalone SVG document that describes in words where each series begins and ends
 * @throws RangeError if there is no point, one is not finite, or one is not above 0 on logarithmic axes
 */
export function lineChart(data: LineChartData): string {
  checkRecord("lineChart", "data", data);
  const { series, title, xName = "x", yName = "y", logarithmic = false, theme } = data;
  const points = series.flatMap(({ points }) => points);
  const bad = points.find((point) => point.some((n) => !Number.isFinite(n) || (logarithmic && n <= 0)));
  if (points.length === 0 || bad !== undefined) {
    const wanted = logarithmic ? "numbers above 0" : "finite numbers";
    throw new RangeError(`lineChart: expected at least one point of ${wanted}, got ${bad ? `[${bad}]` : "none"}`);
  }
  const [xs, ys] = [0, 1].map((axis) =>
    axisOf(
      points.map((point) => point[axis] ?? 0),
      logarithmic,
    ),
  ) as [Axis, Axis];
  const yLabels = [ys.from, ys.to].map(short);
  const left = PADDING + Math.max(labelWidth(yLabels), labelWidth([yName])) + 6;
  const top = PADDING + titleHeight(title) + FONT * 1.8 * series.length;
  const at = ([x, y]: readonly [number, number]) =>
    [left + xs.share(x) * PLOT.width, top + (1 - ys.share(y)) * PLOT.height].map(place).join(",");
  const bottom = top + PLOT.height;
  return svgDocument({
    width: Math.max(left + PLOT.width + PADDING, titleWidth(title)),
    height: bottom + FONT * 2 + PADDING,
    title,
    theme,
    description: series.map((one) => wordsOf(one, xName, yName)).join(" "),
    body: [
      `<rect class="frame" x="${place(left)}" y="${place(top)}" width="${PLOT.width}" height="${PLOT.height}"/>`,
      text(left - 6, bottom, yLabels[0] ?? "", "end"),
      text(left - 6, top + FONT, yLabels[1] ?? "", "end"),
      text(left - 6, top + PLOT.height / 2, yName, "end"),
      text(left, bottom + FONT * 1.5, short(xs.from), "start"),
      text(left + PLOT.width, bottom + FONT * 1.5, short(xs.to), "end"),
      text(left + PLOT.width / 2, bottom + FONT * 1.5, xName, "middle"),
      ...series.flatMap(({ name, points, dots = false }, i) => {
        const color = colorOf(i, series.length);
        const legend = top - FONT * 1.8 * (series.length - i) + FONT;
        const marks = dots
          ? points.map((point) => {
              const [x, y] = at(point).split(",");
              return `<circle cx="${x}" cy="${y}" r="2.5" fill="${color}"/>`;
            })
          : [`<polyline class="line" stroke="${color}" points="${points.map(at).join(" ")}"/>`];
        return [
          `<text class="axis" x="${place(left)}" y="${place(legend)}" style="fill:${color}">${escapeXml(name)}</text>`,
          ...marks,
        ];
      }),
    ],
  });
}

interface Axis {
  readonly from: number;
  readonly to: number;
  /** The position of a number between the ends, from 0 to 1. */
  readonly share: (value: number) => number;
}

function axisOf(values: readonly number[], logarithmic: boolean): Axis {
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const scale = logarithmic ? Math.log : (value: number) => value;
  const span = scale(to) - scale(from);
  return { from, to, share: (value) => (span === 0 ? 0.5 : (scale(value) - scale(from)) / span) };
}

function text(x: number, y: number, words: string, anchor: string): string {
  return `<text class="axis" x="${place(x)}" y="${place(y)}" text-anchor="${anchor}">${escapeXml(words)}</text>`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function wordsOf({ name, points }: Series, xName: string, yName: string): string {
  const [first, last] = [points.at(0), points.at(-1)];
  if (first === undefined || last === undefined) return `${name}: nothing.`;
  const end = ([x, y]: readonly [number, number]) => `${short(y)} at ${xName} ${short(x)}`;
  return `${name}: ${yName} goes from ${end(first)} to ${end(last)}.`;
}
