import type { ChatTemplate } from "../../loading/chatTemplate.ts";
import type { ChatMessage } from "./chatMessage.ts";

/** Renders messages, and the beginning of the answer to them, as the model was trained to read them. */
export type ChatRenderer = (messages: readonly ChatMessage[]) => string;

interface Rendering {
  render(variables: Readonly<Record<string, unknown>>): string;
}

const parsed = new WeakMap<ChatTemplate, Rendering>();

/**
 * Makes the renderer of a model's template. The engine for templates, Jinja's, is loaded when the first one is made.
 *
 * @param variables what the template may name besides: `{ enable_thinking: false }`
 * @throws RangeError if the model has no template, or its template refuses the messages
 */
export async function chatRenderer(
  chat: ChatTemplate | undefined,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<ChatRenderer> {
  if (chat === undefined)
    throw new RangeError("expected a model with a chat template, got one without: give it a text");
  const template = parsed.get(chat) ?? new (await import("@huggingface/jinja")).Template(chat.template);
  parsed.set(chat, template);
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
