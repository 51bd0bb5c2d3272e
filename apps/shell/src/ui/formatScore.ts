import { formatPercent } from "./format.ts";

/** A score as a page shows it: a share of all, or a bare number. */
export function formatScore(score: number, bare: boolean): string {
  return bare ? score.toPrecision(4) : formatPercent(score);
}
