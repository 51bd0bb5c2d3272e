/** A piece of work in a process of its own: ours or a peer's. */
export interface Engine {
  /** The version of the library that does it. */
  readonly version?: string;
  /** How many tokens one run makes or reads. */
  readonly tokens?: number;
  /** Does the work once. */
  run(): unknown;
  /** What the work gives, to be held against what the others give before anything is timed. */
  result?(): Promise<readonly number[]> | readonly number[];
  /** MB that are to be reported. Left out: the peak of the process's resident memory. */
  megabytes?(): number;
  /** The work once, with the time in each kernel. Lines of text. */
  profile?(): Promise<readonly string[]>;
}

/** What a module of an engine exports as `start`. */
export type StartEngine<Options> = (options: Options) => Promise<Engine>;

/** An engine that cannot run here, and why. Not a failure. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
}

/** What the parent asks of a child, one JSON value a line. */
export type Request =
  | { readonly ask: "result" }
  | { readonly ask: "profile" }
  /** Run until `milliseconds` have gone by, at least once. */
  | { readonly ask: "round"; readonly milliseconds: number };

/** What a child answers, one JSON value a line; the first tells whether it could start. */
export type Answer =
  | { readonly ready: { readonly version?: string | undefined; readonly tokens?: number | undefined } }
  | { readonly unavailable: string }
  | { readonly error: string }
  | { readonly result: readonly number[] | null }
  | { readonly profile: readonly string[] }
  | { readonly round: Round };

/** What one round gave: the median of its runs, and memory. */
export interface Round {
  readonly ms: number;
  readonly megabytes: number;
}
