import { Template } from "@huggingface/jinja";
import type { ChatTemplate } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";

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

type PromptTokenizer = Pick<Tokenizer, "encode" | "decode">;

/** The tokens that a model reads before it writes. What it wrote itself stays token for token, so that a cache holds it. */
export function promptIds(
  { turns, isChat }: Writing,
  {
    tokenizer,
    pretrained,
  }: { readonly tokenizer: PromptTokenizer; readonly pretrained: { chatTemplate?: ChatTemplate } },
): number[] {
  return isChat ? chatIds(turns, tokenizer, chatRenderer(pretrained.chatTemplate)) : plainIds(turns, tokenizer);
}

function plainIds(turns: readonly WrittenTurn[], tokenizer: PromptTokenizer): number[] {
  return turns.flatMap(({ text, ids }, i) => ids ?? encode(tokenizer, text, i === 0));
}

/**
 * A conversation as its template has it. Where what follows on the model's own words begins with a special token, at which
 * every tokenizer cuts, the tokens before stay as they were written.
 */
function chatIds(turns: readonly WrittenTurn[], tokenizer: PromptTokenizer, render: ChatRenderer): number[] {
  let [ids, text]: [number[], string | undefined] = [[], undefined];
  for (const [i, turn] of turns.entries()) {
    if (turn.role === "assistant") {
      ids = [...ids, ...(turn.ids ?? encode(tokenizer, turn.text, false))];
      text = turn.ids && `${text ?? ""}${turn.text}`;
    } else {
      const rendered = render(turns.slice(0, i + 1));
      const rest = text !== undefined && rendered.startsWith(text) ? rendered.slice(text.length) : undefined;
      const added = rest === undefined ? [] : encode(tokenizer, rest, false);
      const isCut = added[0] !== undefined && tokenizer.decode([added[0]], { skipSpecialTokens: true }) === "";
      ids = isCut ? [...ids, ...added] : encode(tokenizer, rendered, false);
      text = rendered;
    }
  }
  return ids;
}

function encode(tokenizer: PromptTokenizer, text: string, addSpecialTokens: boolean): number[] {
  return [...tokenizer.encode(text, { addSpecialTokens, truncation: false, padding: false }).ids];
}

type ChatRenderer = (turns: readonly WrittenTurn[]) => string;

function chatRenderer(chat: ChatTemplate | undefined): ChatRenderer {
  if (chat === undefined) throw new Error("expected a model with a chat template, got one without");
  const template = new Template(chat.template);
  return (turns) =>
    template.render({
      ...chat.specialTokens,
      messages: turns.map(({ role, text }) => ({ role, content: text })),
      add_generation_prompt: true,
    });
}
