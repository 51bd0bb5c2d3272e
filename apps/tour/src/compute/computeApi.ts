/** What the page may ask of the worker that computes its figures. */
export interface ComputeApi {
  /** Calls a function of a chapter. */
  compute(chapter: string, name: string, args: readonly unknown[]): Promise<unknown>;
  cancel(): void;
}
