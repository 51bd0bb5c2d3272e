import type { Conversation } from "@qkv/pretrained";
import { note } from "../note.ts";
import { oneLine } from "../oneLine.ts";
import { writeJson, writeText } from "../output.ts";
import { chatCommand, remarksOn } from "./chatTurns.ts";

/** Says each line of a text in a conversation, and writes each answer as a line. */
export async function chatByLines(
  conversation: Conversation,
  lines: AsyncIterable<string>,
  { signal, json = false }: { readonly signal: AbortSignal; readonly json?: boolean },
): Promise<void> {
  let number = 0;
  for await (const line of lines) {
    number++;
    const command = chatCommand(line);
    if (command === "exit") return;
    if (command === "reset") {
      conversation.reset();
      continue;
    }
    const answer = await conversation.say(line, { signal });
    const { text, finishReason, promptTokens, newTokens } = answer;
    if (json) await writeJson({ message: line, answer: text, finishReason, promptTokens, newTokens });
    else await writeText(`${oneLine(text)}\n`);
    for (const remark of remarksOn(answer)) note(`line ${number}: ${remark}`);
  }
}
