import type { Row } from "../harness/row.ts";

/** What a case tells, a line of JSON each: rows, a profile, or why there are none. */
export interface CaseLine {
  readonly case: string;
  readonly variant?: string | undefined;
  /** As `pnpm bench --json` prints them; those of what failed say why. */
  readonly rows?: readonly Row[];
  /** Lines of text: the time that each kernel takes on the GPU. */
  readonly profile?: readonly string[];
  readonly why?: string;
}

/** The lines that a case has printed: others are those of libraries. */
export function caseLineOf(printed: string): CaseLine | undefined {
  return printed.startsWith('{"case":') ? (JSON.parse(printed) as CaseLine) : undefined;
}
