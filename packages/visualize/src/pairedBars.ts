import { checkLabels, checkNumbers, checkRecord } from "./argumentChecks.ts";
import { escapeXml } from "./escapeXml.ts";
import { printable } from "./printable.ts";
import { FONT, labelWidth, PADDING, place, svgDocument, type Theme, titleHeight, titleWidth } from "./svgDocument.ts";

/** Data of {@link pairedBars}. */
export interface PairedBarsData {
  /** What the bars are of: tokens. */
  readonly labels: readonly string[];
  /** A number from 0 to 1 for each label. */
  readonly before: ArrayLike<number>;
  /** The same, changed. */
  readonly after: ArrayLike<number>;
  /** What the two are called. Default before and after. */
  readonly names?: readonly [before: string, after: string];
  readonly title?: string;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

const BAR = { height: 14, length: 180, gap: 10 };

/**
 * Draws two bars for each label, before and after a change: the likeliest next tokens with a head and without it.
 *
 * @returns a standalone SVG document, whose text alternative has all numbers; full length is 1
 * @throws RangeError if there is not a number of both kinds for each label
 */
export function pairedBars(data: PairedBarsData): string {
  checkRecord("pairedBars", "data", data);
  const { labels, before, after, names = ["before", "after"], title, theme } = data;
  checkLabels("pairedBars", "labels", labels);
  for (const [name, values] of Object.entries({ before, after })) {
    checkNumbers("pairedBars", name, values);
    if (values.length === labels.length) continue;
    throw new RangeError(`pairedBars: expected ${labels.length} numbers in ${name}, got ${values.length}`);
  }
  const [first, second] = names;
  const left = PADDING + labelWidth(labels) + 6;
  const top = PADDING + titleHeight(title) + FONT * 1.6;
  const step = 2 * BAR.height + BAR.gap;
  const bar = (value: number, kind: string, y: number, name: string) => {
    const length = BAR.length * Math.min(Math.max(Number.isFinite(value) ? value : 0, 0), 1);
    return [
      `<rect class="${kind}" x="${place(left)}" y="${place(y)}" width="${place(Math.max(length, 1))}" height="${BAR.height}"><title>${escapeXml(name)}: ${value.toFixed(4)}</title></rect>`,
      `<text x="${place(left + length + 4)}" y="${place(y + BAR.height - 2.5)}">${value.toFixed(3)}</text>`,
    ];
  };
  const legend = [
    `<rect class="cell" x="${place(left)}" y="${place(top - FONT - 4)}" width="10" height="10"/>`,
    `<text class="axis" x="${place(left + 14)}" y="${place(top - FONT + 5)}">${escapeXml(first)}</text>`,
    `<rect class="cell minus" x="${place(left + 24 + labelWidth([first]))}" y="${place(top - FONT - 4)}" width="10" height="10"/>`,
    `<text class="axis" x="${place(left + 38 + labelWidth([first]))}" y="${place(top - FONT + 5)}">${escapeXml(second)}</text>`,
  ];
  const told = labels.map(
    (label, i) => `${printable(label)}: ${first} ${before[i]?.toFixed(3)}, ${second} ${after[i]?.toFixed(3)}`,
  );
  return svgDocument({
    width: Math.max(left + BAR.length + 48, left + 48 + labelWidth([first, second]) * 2, titleWidth(title)),
    height: top + labels.length * step + PADDING,
    title,
    theme,
    description: `${told.join("; ")}.`,
    body: [
      ...legend,
      ...labels.flatMap((label, i) => {
        const y = top + i * step;
        return [
          `<text x="${place(left - 6)}" y="${place(y + BAR.height + FONT / 3)}" text-anchor="end">${escapeXml(label)}</text>`,
          ...bar(before[i] ?? NaN, "cell", y, `${label}, ${first}`),
          ...bar(after[i] ?? NaN, "cell minus", y + BAR.height, `${label}, ${second}`),
        ];
      }),
    ],
  });
}
