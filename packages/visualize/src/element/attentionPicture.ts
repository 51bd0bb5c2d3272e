import type { AttentionRecord } from "../attention/attentionRecord.ts";
import { type HeadMaps, sidesOf } from "../attention/attentionRecord.ts";
import { filterWeights } from "../attention/filterWeights.ts";
import { type MatrixChoice, type SelectedMatrix, selectMatrix } from "../attention/selectMatrix.ts";
import type { WeightMatrix } from "../describeWeights.ts";
import { headView } from "../headView.ts";
import { heatMap } from "../heatMap.ts";
import { modelView } from "../modelView.ts";
import { patchOverlay } from "../patchOverlay.ts";
import type { Theme } from "../svgDocument.ts";
import type { AttentionMessages, AttentionViewName } from "./messages.ts";

/** The choice of a matrix and of its view. */
export interface PictureChoice extends Required<MatrixChoice> {
  readonly view: AttentionViewName;
}

/**
 * Restricts a choice to what can be drawn: lines are of weights, since scores are unbounded; a rollout has no heads; an image
 * shows small weights too.
 */
export function drawable(choice: PictureChoice): PictureChoice {
  if (choice.view === "image") return drawable({ ...choice, view: "lines", threshold: 0, top: Infinity });
  const stage = choice.view === "matrix" && choice.layer !== "rollout" ? choice.stage : "weights";
  return { ...choice, stage, head: choice.layer === "rollout" ? "mean" : choice.head };
}

/** The texts of a picture. */
export type PictureMessages = Pick<AttentionMessages, "layer" | "head" | "sentence">;

/** Draws the picture as a standalone SVG document. @param options `query`: of an image, the token whose attention is drawn */
export function attentionPicture(
  record: AttentionRecord,
  choice: PictureChoice,
  { layer, head, sentence }: PictureMessages,
  { theme = "auto", query = 0 }: { readonly theme?: Theme; readonly query?: number } = {},
): string {
  const { kind, view } = choice;
  if (view === "model") {
    const { queries, keys } = sidesOf(record, kind);
    const { shape, weights } = record[kind] as HeadMaps;
    const values = filterWeights(weights, keys.length, choice);
    const [rowName, columnName] = [layer.toLowerCase(), head.toLowerCase()];
    const describe = (matrix: WeightMatrix) =>
      matrix.rows.map((row, i) => sentence(row, greatestOfRow(matrix, i, 1))).join("; ");
    return modelView({ shape, values, queries, keys, theme, rowName, columnName, describe });
  }
  const matrix = selectMatrix(record, drawable(choice));
  const { rows: queries, columns: keys, values } = matrix;
  if (view === "image" && record.image !== undefined) {
    const first = keys.length - record.image.rows * record.image.columns; // what stands before is no place in it
    const row = values.subarray(query * keys.length, (query + 1) * keys.length).subarray(first);
    const outlined = kind === "encoder" && query >= first ? query - first : undefined;
    return patchOverlay({ ...record.image, values: row, outlined, theme });
  }
  if (view === "matrix") return heatMap({ ...matrix, ...rangeOf(matrix, drawable(choice)), theme });
  // One matrix is one head here: the legend's "head 0" would be wrong.
  return headView({ shape: [1, queries.length, keys.length], values, queries, keys, theme, legend: false });
}

/** The columns with weight in a row, the greatest first and at most `count`, each with its weight in two digits. */
export function greatestOfRow(
  { columns, values }: WeightMatrix,
  row: number,
  count = Infinity,
): (readonly [string, string])[] {
  return columns
    .map((token, column) => [token, values[row * columns.length + column] ?? 0] as const)
    .filter(([, weight]) => weight > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([token, weight]) => [token, weight.toFixed(2)] as const);
}

function rangeOf({ values }: SelectedMatrix, { stage }: PictureChoice): { full?: number; empty?: number } {
  if (stage === "weights") return {};
  const finite = Array.from(values).filter(Number.isFinite);
  const [empty, full] = [Math.min(...finite), Math.max(...finite)];
  return full > empty ? { full, empty } : {};
}
