import type { Conversation, GeneratedText } from "@qkv/pretrained";

/** What a line of a chat asks for, besides saying something. */
export type ChatCommand = "reset" | "exit";

/** The command that a line is, if it is one. */
export function chatCommand(line: string): ChatCommand | undefined {
  const [, name] = /^\/(reset|exit)\s*$/.exec(line) ?? [];
  return name as ChatCommand | undefined;
}

/**
 * Says a line in a conversation, and writes the answer as it comes.
 *
 * @param stop stops the answer, of which what came stays
 * @returns the answer; undefined if it was stopped
 * @throws the reason of `end` if that is aborted
 */
export async function answerLine(
  conversation: Pick<Conversation, "stream">,
  line: string,
  {
    stop,
    end,
    write,
  }: { readonly stop: AbortSignal; readonly end: AbortSignal; readonly write: (text: string) => Promise<void> },
): Promise<GeneratedText | undefined> {
  const pieces = conversation.stream(line, { signal: AbortSignal.any([stop, end]) });
  try {
    for (;;) {
      const step = await pieces.next();
      if (step.done) return step.value;
      await write(step.value);
    }
  } catch (error) {
    end.throwIfAborted();
    if (stop.aborted) return undefined;
    throw error;
  }
}

/** What is to be said of an answer besides its text: that it was cut short, or that the conversation was. */
export function remarksOn(answer: GeneratedText | undefined): string[] {
  if (answer === undefined) return ["the answer was stopped"];
  const { finishReason, cutTokens } = answer;
  return [
    ...(cutTokens > 0 ? [`the model no longer reads the oldest messages: ${cutTokens} tokens`] : []),
    ...(finishReason === "length" ? ["the answer ran into the limit of tokens"] : []),
  ];
}
