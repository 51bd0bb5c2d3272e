import { chatIds, type ChatTemplate, type PromptTokenizer } from "@qkv/pretrained";

/** What somebody wrote, or the model. */
export interface WrittenTurn {
  readonly role: "user" | "assistant";
  readonly text: string;
  /** Of what the open model wrote: its tokens, which its text alone may not give again. */
  readonly ids?: readonly number[];
}

/** What a model goes on with: a conversation in its own form, or a text as it is. */
export interface Writing {
  readonly turns: readonly WrittenTurn[];
  readonly isChat: boolean;
}

/** The tokens that a model reads before it writes. What it wrote itself stays token for token, so that a cache holds it. */
export async function promptIds(
  { turns, isChat }: Writing,
  {
    tokenizer,
    pretrained: { chatTemplate },
  }: { readonly tokenizer: PromptTokenizer; readonly pretrained: { readonly chatTemplate?: ChatTemplate } },
): Promise<number[]> {
  if (!isChat) return plainIds(turns, tokenizer);
  const messages = turns.map(({ role, text, ids }) => ({ role, content: text, ...(ids && { ids }) }));
  return chatIds(messages, { tokenizer, chatTemplate });
}

function plainIds(turns: readonly WrittenTurn[], tokenizer: PromptTokenizer): number[] {
  const encode = (text: string, addSpecialTokens: boolean) =>
    tokenizer.encode(text, { addSpecialTokens, truncation: false, padding: false }).ids;
  return turns.flatMap(({ text, ids }, i) => ids ?? [...encode(text, i === 0)]);
}
