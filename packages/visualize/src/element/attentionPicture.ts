import type { AttentionRecord } from "../attention/attentionRecord.ts";
import { sidesOf } from "../attention/attentionRecord.ts";
import { filterWeights } from "../attention/filterWeights.ts";
import { type MatrixChoice, type SelectedMatrix, selectMatrix } from "../attention/selectMatrix.ts";
import { headView } from "../headView.ts";
import { heatMap } from "../heatMap.ts";
import { modelView } from "../modelView.ts";
import type { Theme } from "../svgDocument.ts";
import type { AttentionViewName } from "./messages.ts";

/** What is drawn, and how. */
export interface PictureChoice extends Required<MatrixChoice> {
  readonly view: AttentionViewName;
}

/** What of a choice can be shown: lines are of weights, since scores have no end; a rollout has no heads. */
export function drawable(choice: PictureChoice): PictureChoice {
  const stage = choice.view === "matrix" && choice.layer !== "rollout" ? choice.stage : "weights";
  return { ...choice, stage, head: choice.layer === "rollout" ? "mean" : choice.head };
}

/** The picture as an SVG document of its own. */
export function attentionPicture(record: AttentionRecord, choice: PictureChoice, theme: Theme = "auto"): string {
  const { kind, view } = choice;
  if (view === "model") {
    const { queries, keys } = sidesOf(record, kind);
    const { shape, weights } = record[kind];
    return modelView({ shape, values: filterWeights(weights, keys.length, choice), queries, keys, theme });
  }
  const matrix = selectMatrix(record, drawable(choice));
  const { rows: queries, columns: keys, values } = matrix;
  if (view === "matrix") return heatMap({ ...matrix, ...rangeOf(matrix, drawable(choice)), theme });
  // One matrix is one head here: the legend's "head 0" would be wrong.
  return headView({ shape: [1, queries.length, keys.length], values, queries, keys, theme, legend: false });
}

function rangeOf({ values }: SelectedMatrix, { stage }: PictureChoice): { full?: number; empty?: number } {
  if (stage === "weights") return {};
  const finite = Array.from(values).filter(Number.isFinite);
  const [empty, full] = [Math.min(...finite), Math.max(...finite)];
  return full > empty ? { full, empty } : {};
}
