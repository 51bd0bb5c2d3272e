import { describeArgument } from "@qkv/ops";

/** A message of a conversation, as chat templates have them. */
export interface ChatMessage {
  /** `system`, `user`, `assistant`, or another role that the model's template has. */
  readonly role: string;
  readonly content: string;
  /** Of what the opened model itself wrote: its token ids, which the text alone may not give again. */
  readonly ids?: readonly number[];
  /** Of what the model wrote: calls of tools. */
  readonly toolCalls?: readonly ChatToolCall[];
  /** Of what a tool answers, in the role `tool`: the id of the call. */
  readonly toolCallId?: string;
  /** Of what a tool answers: its name. */
  readonly name?: string;
}

/** A call of a tool in a conversation. */
export interface ChatToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Refuses what are no messages. @throws RangeError naming the message */
export function checkMessages(who: string, messages: readonly ChatMessage[]): void {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw new RangeError(`${who}: expected a text or a list of messages, got ${describeArgument(messages)}`);
  }
  for (const [i, message] of (messages as readonly (ChatMessage | null | undefined)[]).entries()) {
    for (const name of ["role", "content"] as const) {
      const value: unknown = message?.[name];
      if (typeof value === "string") continue;
      throw new RangeError(`${who}: expected messages[${i}].${name} to be a string, got ${describeArgument(value)}`);
    }
  }
}
