// What the page and the worker that runs a program tell each other.

/** How large a run is. */
export type RunSize = "full" | "tiny";

/** What the worker is asked to do, once. */
export interface RunRequest {
  readonly source: string;
  readonly size: RunSize;
}

/** A line that a program printed. */
export interface PrintedLine {
  readonly kind: "log" | "warn" | "error";
  readonly text: string;
}

/** What was wrong with a program, and where in it, if that is known: lines count from 1. */
export type Failure = { readonly line?: number | undefined } & (
  | { readonly kind: "syntax" | "thrown"; readonly message: string }
  /** An import of a module that the page does not have. */
  | { readonly kind: "noModule"; readonly name: string; readonly available: readonly string[] }
  /** An import of a name that a module does not export. */
  | { readonly kind: "noExport"; readonly name: string; readonly module: string; readonly similar: readonly string[] }
  | { readonly kind: "memory" | "printed" | "silent" | "time" }
);

/** What the worker tells. */
export type RunNews =
  | { readonly type: "running" | "done" }
  /** That it is not stuck, and how many bytes its tensors take. */
  | { readonly type: "alive"; readonly bytes: number }
  | { readonly type: "printed"; readonly lines: readonly PrintedLine[] }
  | { readonly type: "picture"; readonly name: string; readonly svg: string }
  /** How far a training is: its steps, and losses since it was told last. */
  | { readonly type: "fitting"; readonly id: number; readonly steps: number; readonly losses: readonly number[] }
  | { readonly type: "failed"; readonly failure: Failure };
