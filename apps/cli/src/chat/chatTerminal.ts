import { createInterface } from "node:readline/promises";
import type { Conversation } from "@qkv/pretrained";
import { note } from "../note.ts";
import { writeText } from "../output.ts";
import { answerLine, chatCommand, remarksOn } from "./chatTurns.ts";

/** A terminal, or what stands for one in a test. */
export interface ChatTerminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  write(text: string): Promise<void>;
}

const TERMINAL: ChatTerminal = { input: process.stdin, output: process.stderr, write: writeText };

/**
 * Chats on a terminal: a line is said, its answer comes as it is made. Ctrl-C stops an answer; where none is made it clears the
 * line, and a second one in a row ends the chat, as `/exit` and Ctrl-D do.
 */
export async function chatOnTerminal(
  conversation: Conversation,
  signal: AbortSignal,
  { input, output, write }: ChatTerminal = TERMINAL,
): Promise<void> {
  const lines = createInterface({ input, output, terminal: true, prompt: "> " });
  let stop: AbortController | undefined;
  let idle = 0; // times that Ctrl-C was pressed in a row with no answer to stop
  const interrupt = () => {
    if (stop !== undefined) return stop.abort(new DOMException("stopped", "AbortError"));
    if (++idle > 1) return lines.close();
    output.write("\n(Ctrl-C again, or /exit, ends)\n");
    lines.write(null, { ctrl: true, name: "u" });
    lines.prompt();
  };
  const end = () => lines.close();
  lines.on("SIGINT", interrupt);
  signal.addEventListener("abort", end, { once: true });
  lines.prompt();
  try {
    for await (const line of lines) {
      idle = 0;
      const command = chatCommand(line);
      if (command === "exit") break;
      if (command === "reset") conversation.reset();
      else if (line.trim() !== "") {
        stop = new AbortController();
        const answer = await answerLine(conversation, line, { stop: stop.signal, end: signal, write });
        stop = undefined;
        await write("\n");
        for (const remark of remarksOn(answer)) note(`(${remark})`);
      }
      lines.prompt();
    }
  } finally {
    signal.removeEventListener("abort", end);
    lines.close();
  }
  signal.throwIfAborted();
}
