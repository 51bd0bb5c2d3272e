import { labelsOf } from "@qkv/app-shell/worker";
import { logitLens, type MicroscopeInputs } from "@qkv/microscope";
import type { Subject } from "./subject.ts";

/** The likeliest token before each layer and after the last, at each position. */
export interface LensTable {
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly tokens: readonly string[];
  readonly values: Float32Array;
}

/** The logit lens as a table of tokens. */
export async function lensTable(
  { model, tokenizer }: Subject,
  inputs: MicroscopeInputs,
  signal: AbortSignal,
): Promise<LensTable> {
  const { rows, columns, tokens, probabilities } = await logitLens(model, inputs, { top: 1, signal });
  return { rows, columns, tokens: labelsOf(tokenizer.sides.target, [...tokens]), values: probabilities };
}
