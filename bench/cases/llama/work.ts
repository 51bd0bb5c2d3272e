import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The formats of the weights, by GGUF's names. */
export type Format = "F32" | "F16" | "Q8_0" | "Q4_0";

/** What every engine of the case llama is told. */
export interface LlamaWork {
  /**
   * Holds the same Llama as `config.json` with `model.safetensors`, as a GGUF file of each format, and as `onnx/` for
   * transformers.js; and {@link Texts} in `ids.json`.
   */
  readonly folder: string;
  readonly format: Format;
  /** Reads the prompt, or makes tokens one by one after it. */
  readonly task: "prefill" | "decode";
}

/** Number of tokens that a run of `decode` makes. */
export const MADE = 8;

/** The text that is read and the text that is made, as ids. */
export interface Texts {
  readonly prompt: readonly number[];
  readonly made: readonly number[];
}

export async function readTexts(folder: string): Promise<Texts> {
  return JSON.parse(await readFile(join(folder, "ids.json"), "utf8")) as Texts;
}

/** The file of the weights in a format. */
export function ggufFile({ folder, format }: Pick<LlamaWork, "folder" | "format">): string {
  return join(folder, `${format}.gguf`);
}

/** What engines can agree on: logits are the same but for a constant, which the softmax after them does not see. */
export function centered(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}
