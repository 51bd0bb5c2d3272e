import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What every engine of the case decode is told. */
export interface DecodeWork {
  /** A model's folder; onnx/ holds the same weights for transformers.js, sources.json the {@link Sources}. */
  readonly folder: string;
  readonly family: "marian" | "t5";
  readonly beams: number;
}

/** Sentences as ids, decoded one after another as an application gets them. */
export interface Sources {
  readonly ids: readonly (readonly number[])[];
  /** The most tokens that may be made for each. */
  readonly maxNewTokens: number;
}

export async function readSources(folder: string): Promise<Sources> {
  return JSON.parse(await readFile(join(folder, "sources.json"), "utf8")) as Sources;
}
