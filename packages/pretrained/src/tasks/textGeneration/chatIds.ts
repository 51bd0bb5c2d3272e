import { checkRecord } from "@qkv/ops";
import type { Tokenizer } from "@qkv/tokenizers";
import type { ChatTemplate } from "../../loading/chatTemplate.ts";
import { type ChatMessage, checkMessages } from "./chatMessage.ts";
import { chatRenderer } from "./chatRenderer.ts";

/** A tokenizer, as far as prompts need it. */
export type PromptTokenizer = Pick<Tokenizer, "encode" | "decode">;

/** What turns messages into token ids. */
export interface ChatEncoder {
  readonly tokenizer: PromptTokenizer;
  readonly chatTemplate?: ChatTemplate | undefined;
  /** Further variables of the template. */
  readonly templateVariables?: Readonly<Record<string, unknown>> | undefined;
  /** The name of the template, of a model with several. Default `tool_use` with tools, where there is one, else `default`. */
  readonly templateName?: string | undefined;
}

/**
 * Encodes a conversation as its model's template has it, with the beginning of the answer; where the last message is the
 * model's, it goes on with that.
 *
 * What the model wrote itself (`ids`) stays token for token, so that a cache holds it: where what follows on it begins with a
 * special token, at which every tokenizer cuts.
 *
 * @throws RangeError if there are no messages, the model has no template, or the template refuses them
 */
export async function chatIds(messages: readonly ChatMessage[], encoder: ChatEncoder): Promise<number[]> {
  checkMessages("chatIds", messages);
  checkRecord("chatIds", "encoder", encoder);
  const { tokenizer, chatTemplate, templateVariables, templateName } = encoder;
  const render = await chatRenderer(chatTemplate, templateVariables, templateName);
  let [ids, text]: [number[], string | undefined] = [[], undefined];
  for (const [i, message] of messages.entries()) {
    if (message.role === "assistant") {
      ids = [...ids, ...(message.ids ?? encode(tokenizer, message.content))];
      text = message.ids && `${text ?? ""}${message.content}`;
      continue;
    }
    const next = messages[i + 1];
    if (next !== undefined && next.role !== "assistant") continue; // rendered with those that follow
    const rendered = render(messages.slice(0, i + 1));
    const rest = text !== undefined && rendered.startsWith(text) ? rendered.slice(text.length) : undefined;
    const added = rest === undefined ? [] : encode(tokenizer, rest);
    const isCut = added[0] !== undefined && tokenizer.decode([added[0]], { skipSpecialTokens: true }) === "";
    ids = isCut ? [...ids, ...added] : encode(tokenizer, rendered);
    text = rendered;
  }
  return ids;
}

function encode(tokenizer: PromptTokenizer, text: string): number[] {
  return [...tokenizer.encode(text, { addSpecialTokens: false, truncation: false, padding: false }).ids];
}
