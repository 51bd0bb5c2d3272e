import type { ChatTemplate } from "../../loading/chatTemplate.ts";
import type { ChatMessage } from "./chatMessage.ts";

/** Renders messages, and the beginning of the answer to them, as the model was trained to read them. */
export type ChatRenderer = (messages: readonly ChatMessage[]) => string;

interface Rendering {
  render(variables: Readonly<Record<string, unknown>>): string;
}

const parsed = new WeakMap<ChatTemplate, Map<string, Rendering>>();

/**
 * Makes the renderer of a model's template. The engine for templates, Jinja's, is loaded when the first one is made.
 *
 * @param variables what the template may name besides: `{ enable_thinking: false }`
 * @param name that of the template; default `tool_use` with tools, where the model has it, else `default`, as in transformers
 * @throws RangeError if the model has no template, or none of the name, or its template refuses the messages
 */
export async function chatRenderer(
  chat: ChatTemplate | undefined,
  variables: Readonly<Record<string, unknown>> = {},
  name?: string,
): Promise<ChatRenderer> {
  if (chat === undefined)
    throw new RangeError("expected a model with a chat template, got one without: give it a text");
  const text = templateOf(chat, variables, name);
  const known = parsed.get(chat) ?? new Map<string, Rendering>();
  const template = known.get(text) ?? new (await import("@huggingface/jinja")).Template(text);
  parsed.set(chat, known.set(text, template));
  return (messages) => {
    try {
      return template.render({
        ...chat.specialTokens,
        messages: messages.map(templateMessage),
        add_generation_prompt: true,
        ...variables,
      });
    } catch (error) {
      const reason = (error as Error).message;
      throw new RangeError(`expected messages that the model's chat template takes, got: ${reason}`, { cause: error });
    }
  };
}

function templateOf(
  { template, named = {} }: ChatTemplate,
  { tools }: Readonly<Record<string, unknown>>,
  name?: string,
): string {
  const known: Readonly<Record<string, string>> = { default: template, ...named };
  if (name === undefined) return ((tools ?? null) === null ? undefined : named[TOOL_USE]) ?? template;
  if (Object.hasOwn(known, name)) return known[name] as string;
  throw new RangeError(`expected a chat template of ${Object.keys(known).join(", ")}, got ${JSON.stringify(name)}`);
}

/** The name of the template for conversations with tools. */
export const TOOL_USE = "tool_use";

/** A message under the names that templates have. */
function templateMessage({ role, content, toolCalls, toolCallId, name }: ChatMessage): object {
  const calls = toolCalls?.map(({ id, ...call }) => ({ id, type: "function", function: call }));
  return {
    role,
    content,
    ...(calls !== undefined && { tool_calls: calls }),
    ...(toolCallId !== undefined && { tool_call_id: toolCallId }),
    ...(name !== undefined && { name }),
  };
}
