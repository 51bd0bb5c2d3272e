import { escapeXml } from "./escapeXml.ts";
import { printable } from "./printable.ts";

/** The colour scheme of a picture: the page's or the system's choice, or always the same. */
export type Theme = "auto" | "light" | "dark";

/** The size of text in pixels of a picture's own scale. */
export const FONT = 13;
/** The empty border of a picture. */
export const PADDING = 8;
/** The approximate width of a character of a label, in a font of fixed width. */
export const CHARACTER = FONT * 0.62;

/** Parts of an SVG document. */
export interface SvgParts {
  readonly width: number;
  readonly height: number;
  /** The title above the picture and in its text alternative. */
  readonly title?: string | undefined;
  /** The picture in words, as a text alternative. */
  readonly description?: string | undefined;
  readonly theme?: Theme | undefined;
  readonly body: readonly string[];
}

/** Makes a standalone SVG document, with a title, a text alternative, and colours for light and dark pages. */
export function svgDocument({ width, height, title, description, theme = "auto", body }: SvgParts): string {
  const [w, h] = [Math.ceil(width), Math.ceil(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" role="img">`,
    ...(title === undefined ? [] : [`<title>${escapeXml(title)}</title>`]),
    ...(description === undefined ? [] : [`<desc>${escapeXml(description)}</desc>`]),
    `<style>${STYLES[theme]}</style>`,
    `<rect class="page" width="100%" height="100%"/>`,
    ...(title === undefined
      ? []
      : [`<text class="title" x="${PADDING}" y="${PADDING + FONT}">${escapeXml(title)}</text>`]),
    ...body,
    "</svg>",
    "",
  ].join("\n");
}

/** The width of the widest of some labels. */
export function labelWidth(labels: readonly string[]): number {
  return Math.max(0, ...labels.map((label) => [...printable(label)].length)) * CHARACTER;
}

/** The width that a picture needs for its title. */
export function titleWidth(title: string | undefined): number {
  return [...printable(title ?? "")].length * FONT * 0.6 + 2 * PADDING;
}

/** The height of the title's line; 0 without one. */
export function titleHeight(title: string | undefined): number {
  return title === undefined ? 0 : FONT * 2;
}

/** The opacity of a weight: from 0 at `empty` to 1 where it is `full` or more, and 0 for NaN. */
export function opacity(value: number, full = 1, empty = 0): string {
  return Number.isNaN(value) ? "0" : Math.min(Math.max((value - empty) / (full - empty), 0), 1).toFixed(3);
}

/** Formats a coordinate to a tenth of a pixel. */
export function place(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const SHAPES = `
.cell{stroke-width:.5}.bare{stroke:none!important}.frame,.line{fill:none}.line{stroke-width:1.5}
text{font:${FONT}px ui-monospace,Menlo,Consolas,monospace}.title,.axis{font-family:system-ui,sans-serif}`;
const LIGHT = `.page{fill:#fff}.cell{fill:#1d4ed8;stroke:#d4d4d8}.minus{fill:#b91c1c}.frame{stroke:#a1a1aa}text{fill:#18181b}`;
const DARK = `.page{fill:#18181b}.cell{fill:#93c5fd;stroke:#3f3f46}.minus{fill:#fca5a5}.frame{stroke:#71717a}text{fill:#f4f4f5}`;
const STYLES: Readonly<Record<Theme, string>> = {
  auto: `${SHAPES}\n${LIGHT}\n@media (prefers-color-scheme:dark){${DARK}}\n`,
  light: `${SHAPES}\n${LIGHT}\n`,
  dark: `${SHAPES}\n${DARK}\n`,
};
