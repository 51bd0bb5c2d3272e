import { type Row, rowOf } from "../harness/row.ts";
import type { CaseLine } from "./caseLine.ts";

/** What all cases gave, in the parts of the report. */
export interface CaseReport {
  /** Of each case one or more: where nothing was measured, with the reason. */
  readonly rows: readonly Row[];
  readonly profiles: readonly CaseLine[];
  /** Rows, cases and profiles that are missing, and why. */
  readonly failures: readonly Pick<CaseLine, "case" | "variant" | "why">[];
}

/** Sorts the lines of cases. What a line says in place of rows becomes a row with that reason. */
export function reportOf(lines: readonly CaseLine[]): CaseReport {
  const rows = lines.flatMap((line) => line.rows ?? (line.why === undefined ? [] : [failedRow(line, line.why)]));
  return {
    rows,
    profiles: lines.filter(({ profile }) => profile !== undefined),
    failures: rows.flatMap(({ name, variant, ours_ms, why }) =>
      ours_ms === null
        ? [{ case: name, ...(variant !== undefined && { variant }), why: why ?? "nothing measured" }]
        : [],
    ),
  };
}

function failedRow({ case: name, variant }: CaseLine, why: string): Row {
  return rowOf({ name, variant, backend: "webgpu", threads: 1, peer: "none" }, { why }, {});
}
