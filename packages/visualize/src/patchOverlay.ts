import { checkRecord } from "./argumentChecks.ts";
import { escapeXml } from "./escapeXml.ts";
import { heatColor } from "./heatColor.ts";
import { describePatches, type PatchWeights, relativeWeights } from "./patchWeights.ts";
import { PADDING, place, svgDocument, type Theme, titleHeight, titleWidth } from "./svgDocument.ts";

/** Data of a {@link patchOverlay}. */
export interface PatchOverlayData extends PatchWeights {
  /** The picture, as `data:image/png;base64,...`: a standalone document loads no other files. */
  readonly picture: string;
  /** The picture's size in pixels. */
  readonly width: number;
  readonly height: number;
  /** A patch to outline, by its place row by row: one whose own attention this is. */
  readonly outlined?: number | undefined;
  /** The opacity of the greatest weight, from 0 to 1. Default 0.7. */
  readonly strength?: number;
  /** The title above the picture and in its text alternative. */
  readonly title?: string;
  /** Default `auto`: the page's dark or light scheme. */
  readonly theme?: Theme;
}

/** The longer side of the picture, in pixels of the document's own scale. */
const SIDE = 448;

/**
 * Overlays a saliency map on a picture: the greater the weight of a patch, the brighter its colour and the less
 * of the picture shines through.
 *
 * @returns a standalone SVG document; each patch shows its share of the weight when pointed at
 * @throws RangeError if there are not rows * columns values, or the picture is no data URL
 */
export function patchOverlay(data: PatchOverlayData): string {
  checkRecord("patchOverlay", "data", data);
  const { picture, rows, columns, values, strength = 0.7, outlined, title, theme } = data;
  if (!/^data:image\/[\w+.-]+[;,]/.test(picture)) {
    throw new RangeError(`patchOverlay: expected the picture as a data URL, got ${picture.slice(0, 40)}`);
  }
  const scale = SIDE / Math.max(data.width, data.height);
  const [width, height] = [data.width * scale, data.height * scale];
  const weights = relativeWeights("patchOverlay", data);
  const total = Array.from(values).reduce((sum, value) => sum + (value > 0 ? value : 0), 0);
  const [left, top] = [PADDING, PADDING + titleHeight(title)];
  const frame = `x="${left}" y="${place(top)}" width="${place(width)}" height="${place(height)}"`;
  const cells = Array.from(weights, (weight, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const [x, y] = [left + (column / columns) * width, top + (row / rows) * height];
    const share = total > 0 ? Math.max(values[at] ?? 0, 0) / total : 0;
    const said = `row ${row + 1}, column ${column + 1}: ${(100 * share).toFixed(1)} %`;
    const size = `width="${place(width / columns)}" height="${place(height / rows)}"`;
    const edge = at === outlined ? ' stroke="#fff" stroke-width="3"' : "";
    const ink = `data-patch="${at}"${edge} fill="rgb(${heatColor(weight)})" fill-opacity="${(weight * strength).toFixed(3)}"`;
    return `<rect x="${place(x)}" y="${place(y)}" ${size} ${ink}><title>${said}</title></rect>`;
  });
  return svgDocument({
    width: Math.max(width + 2 * PADDING, titleWidth(title)),
    height: top + height + PADDING,
    title,
    theme,
    description: describePatches(data),
    body: [`<image href="${escapeXml(picture)}" ${frame} preserveAspectRatio="none"/>`, ...cells],
  });
}
