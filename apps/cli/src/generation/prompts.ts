import type { Tokenizer } from "@qkv/tokenizers";
import { NamedTensors } from "../forward/namedTensors.ts";
import { UsageError } from "../usageError.ts";

/** What to generate from: a text, or the tensors of a file. */
export interface PromptChoice {
  readonly prompt?: string;
  readonly inputs?: string;
}

/**
 * The token ids of each prompt, without padding: a text as the tokenizer has it, or the rows of `input_ids` where
 * `attention_mask` is 1.
 *
 * @throws UsageError if there is neither or both, or nothing in a row
 */
export async function readPrompts(
  { prompt, inputs }: PromptChoice,
  tokenizer: Tokenizer | undefined,
): Promise<number[][]> {
  if ((prompt === undefined) === (inputs === undefined)) {
    throw new UsageError(`expected --prompt or --inputs, got ${prompt === undefined ? "neither" : "both"}`);
  }
  if (inputs !== undefined) return rowsOf(await NamedTensors.read(inputs));
  if (tokenizer === undefined) throw new UsageError("--prompt: expected a model with a tokenizer, got one without");
  const { ids } = tokenizer.encode(prompt ?? "", { truncation: false, padding: false });
  if (ids.length === 0) throw new UsageError("--prompt: expected a text with at least one token, got none");
  return [[...ids]];
}

function rowsOf(tensors: NamedTensors): number[][] {
  const ids = tensors.rows("input_ids");
  const keep = tensors.optionalRows("attention_mask");
  tensors.expectAllTaken();
  return ids.map((row, i) => {
    const kept = row.filter((_, j) => keep === undefined || keep[i]?.[j] !== 0);
    if (kept.length === 0) throw new UsageError(`--inputs: expected at least one token in row ${i}, got none`);
    return kept;
  });
}
