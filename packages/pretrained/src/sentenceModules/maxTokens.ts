import { type ModelFiles, readOptionalJson, type ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";

/**
 * The longest text that the tokenizer of a folder is for; a number beyond all texts, as Python writes it, is none.
 *
 * @throws PretrainedError for a tokenizer that cuts texts at their beginning: tasks cut them at their end
 */
export async function readMaxTokens(files: ModelFiles, options: ReadOptions): Promise<number | undefined> {
  const json = (await readOptionalJson(files, "tokenizer_config.json", options)) ?? {};
  const { model_max_length: length, truncation_side: side = "right" } = json;
  if (side !== "right") {
    throw new PretrainedError(
      `${files.name}/tokenizer_config.json: expected truncation_side to be right, got ${JSON.stringify(side)}`,
    );
  }
  return typeof length === "number" && length >= 1 && length < 2 ** 31 ? Math.floor(length) : undefined;
}
