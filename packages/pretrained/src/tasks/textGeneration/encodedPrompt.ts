import type { Tokenizer } from "@qkv/tokenizers";
import type { ChatTemplate } from "../../loading/chatTemplate.ts";
import { chatIds } from "./chatIds.ts";
import { type ChatMessage, checkMessages } from "./chatMessage.ts";
import type { GenerateTextOptions } from "./generateOptions.ts";

/** What a model is to go on with, or to answer: a text as it is, or messages in the form of the model's chat template. */
export type Prompt = string | readonly ChatMessage[];

/** A prompt in tokens. */
export interface EncodedPrompt {
  readonly ids: readonly number[];
  /** The number of tokens that were left out, since they were too many. */
  readonly cutTokens: number;
}

/** What turns prompts into tokens, and how many there may be. */
export interface PromptEncoder {
  readonly who: string;
  readonly tokenizer: Tokenizer;
  readonly chatTemplate: ChatTemplate | undefined;
  /** The most tokens of a prompt; Infinity: any number. */
  readonly limit: number;
  /** How many are kept of a prompt with more. */
  readonly kept: number;
  /** What an empty text begins with; absent: one is refused. */
  readonly bosTokenId?: number | undefined;
}

/**
 * Encodes a prompt.
 *
 * @throws RangeError if it has no token and there is none to begin with, or more than the model's positions and `tooLong` does not say what to cut
 */
export async function encodePrompt(
  prompt: Prompt,
  encoder: PromptEncoder,
  {
    tooLong = "refuse",
    templateVariables,
    templateName,
  }: Pick<GenerateTextOptions, "tooLong" | "templateVariables" | "templateName">,
): Promise<EncodedPrompt> {
  const { who, tokenizer, chatTemplate, limit, kept, bosTokenId } = encoder;
  if (tooLong !== "refuse" && tooLong !== "cutStart" && tooLong !== "cutEnd") {
    throw new RangeError(`${who}: expected tooLong to be refuse, cutStart or cutEnd, got ${String(tooLong)}`);
  }
  if (typeof prompt !== "string") checkMessages(who, prompt);
  const encode = async (given: Prompt): Promise<readonly number[]> =>
    typeof given === "string"
      ? tokenizer.encode(given, { truncation: false, padding: false }).ids
      : chatIds(given, { tokenizer, chatTemplate, templateVariables, templateName });
  const ids = await encode(prompt);
  if (ids.length === 0) {
    if (bosTokenId === undefined) throw new RangeError(`${who}: expected a text with at least one token, got none`);
    return { ids: [bosTokenId], cutTokens: 0 };
  }
  if (ids.length <= limit) return { ids: [...ids], cutTokens: 0 };
  const refusal = (length: number) =>
    new RangeError(
      `${who}: expected a text of at most ${limit} tokens, which are all that the model can read, got ${length}: shorten it, or let tooLong be cutStart or cutEnd`,
    );
  if (tooLong === "refuse") throw refusal(ids.length);
  if (typeof prompt === "string") {
    const direction = tooLong === "cutStart" ? "left" : "right";
    const cut = tokenizer.encode(prompt, { truncation: { maxLength: kept, direction, stride: 0 }, padding: false }).ids;
    return { ids: [...cut], cutTokens: ids.length - cut.length };
  }
  if (tooLong === "cutEnd") {
    throw new RangeError(
      `${who}: expected tooLong to be cutStart for messages, of which the last is answered, got cutEnd`,
    );
  }
  for (const fewer of withoutOldest(prompt)) {
    const left = await encode(fewer);
    if (left.length <= kept) return { ids: [...left], cutTokens: ids.length - left.length };
  }
  throw refusal(ids.length);
}

/** The messages without the oldest question and its answer, then without two, but for a system message at the head. */
function* withoutOldest(messages: readonly ChatMessage[]): Generator<readonly ChatMessage[], void, undefined> {
  const head = messages[0]?.role === "system" ? 1 : 0;
  for (let from = head + 1; from < messages.length; from++) {
    const { role } = messages[from] as ChatMessage;
    if (role !== "assistant" && role !== "tool") yield [...messages.slice(0, head), ...messages.slice(from)];
  }
}
