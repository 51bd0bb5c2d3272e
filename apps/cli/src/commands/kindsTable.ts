import type { KindScore } from "../translation/kinds/scoreKinds.ts";

/** Scores by kind as a table for a model card. */
export function kindsTable(scores: readonly KindScore[]): string {
  const rows = scores.map(({ kind, sentences, kept, chrf }) => {
    const share = kept === undefined ? "-" : `${(100 * kept).toFixed(1)} %`;
    return `| ${kind} | ${sentences} | ${share} | ${chrf.toFixed(1)} |`;
  });
  return ["| kind | sentences | values kept | chrF |", "| --- | --- | --- | --- |", ...rows, ""].join("\n");
}
