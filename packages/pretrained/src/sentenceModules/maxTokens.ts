import { type ModelFiles, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";

/** The longest text that the tokenizer of a folder is for; a number beyond all texts, as Python writes it, is none. */
export async function readMaxTokens(files: ModelFiles, options: ReadOptions): Promise<number | undefined> {
  const json = (await readOptionalJson(files, "tokenizer_config.json", options)) ?? {};
  const { model_max_length: length } = json;
  return typeof length === "number" && length >= 1 && length < 2 ** 31 ? Math.floor(length) : undefined;
}
