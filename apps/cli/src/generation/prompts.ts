import type { Tokenizer } from "@qkv/tokenizers";
import type { NamedTensors } from "../forward/namedTensors.ts";
import { UsageError } from "../usageError.ts";

/** What to generate from: a text, or the tensors of a file. */
export interface PromptChoice {
  readonly prompt?: string;
  readonly inputs?: string;
}

/** Token ids to generate from. */
export interface Prompts {
  readonly prompts: readonly (readonly number[])[];
  /** Given for the rows of a file: 1 at tokens, 0 at padding. */
  readonly attentionMask?: readonly (readonly number[])[];
}

/** The tokens by which padding is told from the rest where a file has no mask, and the one that an empty text begins with. */
export interface EdgeTokens {
  readonly bosTokenId?: number | undefined;
  readonly padTokenId: unknown;
  readonly eosTokenIds: readonly unknown[];
}

/**
 * What to generate from: a text as the tokenizer has it, or the rows of `input_ids` with their `attention_mask`. A file
 * without a mask has one as Python's `generate` makes it, by the padding token, if that is none that ends a text.
 *
 * @throws UsageError if there is neither or both, or nothing in a row
 */
export async function readPrompts(
  { prompt, inputs }: PromptChoice,
  tokenizer: Tokenizer | undefined,
  edges: EdgeTokens,
): Promise<Prompts> {
  if ((prompt === undefined) === (inputs === undefined)) {
    throw new UsageError(`expected --prompt or --inputs, got ${prompt === undefined ? "neither" : "both"}`);
  }
  if (inputs !== undefined) {
    const { NamedTensors } = await import("../forward/namedTensors.ts");
    return rowsOf(await NamedTensors.read(inputs), edges);
  }
  if (tokenizer === undefined) throw new UsageError("--prompt: expected a model with a tokenizer, got one without");
  const { ids } = tokenizer.encode(prompt ?? "", { truncation: false, padding: false });
  if (ids.length > 0) return { prompts: [[...ids]] };
  const { bosTokenId } = edges;
  if (bosTokenId === undefined) throw new UsageError("--prompt: expected a text with at least one token, got none");
  return { prompts: [[bosTokenId]] };
}

function rowsOf(tensors: NamedTensors, { padTokenId, eosTokenIds }: EdgeTokens): Prompts {
  const prompts = tensors.rows("input_ids");
  const given = tensors.optionalRows("attention_mask")?.map((row) => row.map((value) => (value === 0 ? 0 : 1)));
  tensors.optionalRows("decoder_input_ids"); // what forward takes too: here the decoder begins with its start token
  tensors.expectAllTaken();
  const isTold = padTokenId !== undefined && padTokenId !== null && !eosTokenIds.includes(padTokenId);
  const guessed = isTold ? prompts.map((row) => row.map((id) => (id === padTokenId ? 0 : 1))) : undefined;
  const attentionMask = given ?? guessed;
  const hidden = (attentionMask ?? prompts).findIndex((row) => !row.includes(1) && attentionMask !== undefined);
  if (hidden !== -1) throw new UsageError(`--inputs: expected at least one token in row ${hidden}, got none`);
  return { prompts, ...(attentionMask && { attentionMask }) };
}
