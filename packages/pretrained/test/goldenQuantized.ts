import { readFileSync } from "node:fs";

/** What is expected of a quantized checkpoint: see `golden/make_quantized.py`. */
export interface QuantizedGolden {
  /** SHA-256 of each matrix as float32 numbers, by its name in the file. */
  readonly values: Readonly<Record<string, string>>;
  /** [B, L] */
  readonly ids: number[][];
  /** Of the last position: [B, V] */
  readonly logits: readonly (readonly number[])[];
}

const FOLDER = new URL("golden/quantized/", import.meta.url);

/** The expectations, by the name of the checkpoint. */
export const QUANTIZED = JSON.parse(readFileSync(new URL("expected.json", FOLDER), "utf8")) as Readonly<
  Record<string, QuantizedGolden>
>;

/** The files of a checkpoint, by name. */
export function quantizedFolder(name: string): Map<string, Uint8Array> {
  const read = (file: string) => new Uint8Array(readFileSync(new URL(`${name}/${file}`, FOLDER)));
  return new Map(["config.json", "model.safetensors"].map((file) => [file, read(file)]));
}
