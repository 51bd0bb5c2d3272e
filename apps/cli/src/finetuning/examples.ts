import { chatIds, type ChatMessage, type ChatTemplate } from "@qkv/pretrained";
import type { Tokenizer } from "@qkv/tokenizers";
import { UsageError } from "../usageError.ts";

/** An example's token ids, and how many of the first are given and not learned. */
export interface Example {
  readonly ids: readonly number[];
  readonly given: number;
}

/** What turns lines into examples. */
export interface ExampleEncoder {
  readonly tokenizer: Tokenizer;
  readonly chatTemplate?: ChatTemplate | undefined;
  /** What ends an answer or a text. */
  readonly end: number | undefined;
}

/**
 * Encodes lines of JSON: messages of a chat, the last of which is the answer; a prompt and its completion, a chat of two where the model
 * has a template; or a text.
 *
 * @param name the file, for messages
 * @throws UsageError naming the line that is none of these
 */
export async function encodeExamples(
  lines: readonly string[],
  encoder: ExampleEncoder,
  name: string,
): Promise<Example[]> {
  const examples: Example[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const where = `${name}: line ${i + 1}`;
    try {
      examples.push(await encodeExample(parseLine(line), encoder));
    } catch (error) {
      throw new UsageError(`${where}: ${(error as Error).message}`);
    }
  }
  return examples;
}

type Line = Readonly<Record<string, unknown>>;

function parseLine(line: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RangeError(`expected a JSON object, got ${line.slice(0, 40)}`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Line;
  throw new RangeError(`expected a JSON object, got ${line.slice(0, 40)}`);
}

async function encodeExample({ messages, prompt, completion, text }: Line, encoder: ExampleEncoder): Promise<Example> {
  if (Array.isArray(messages)) return encodeChat(messages as ChatMessage[], encoder);
  if (typeof prompt === "string" && typeof completion === "string") {
    if (encoder.chatTemplate === undefined) {
      return withEnd(encode(encoder, prompt, true), encode(encoder, completion, false), encoder);
    }
    const asked = { role: "user", content: prompt };
    return encodeChat([asked, { role: "assistant", content: completion }], encoder);
  }
  if (typeof text === "string" && text !== "") return withEnd([], encode(encoder, text, true), encoder);
  throw new RangeError('expected "messages", or "prompt" and "completion", or "text", got none of them');
}

async function encodeChat(messages: readonly ChatMessage[], encoder: ExampleEncoder): Promise<Example> {
  const last = messages.at(-1);
  if (last?.role !== "assistant" || messages.length < 2) {
    throw new RangeError("expected messages that end with one of the assistant, got others");
  }
  return withEnd(await chatIds(messages.slice(0, -1), encoder), encode(encoder, last.content, false), encoder);
}

function withEnd(given: readonly number[], learned: readonly number[], { end }: ExampleEncoder): Example {
  if (learned.length === 0) throw new RangeError("expected an answer with tokens, got an empty one");
  return { ids: [...given, ...learned, ...(end === undefined ? [] : [end])], given: given.length };
}

function encode({ tokenizer }: ExampleEncoder, text: string, isBeginning: boolean): readonly number[] {
  const { ids } = tokenizer.encode(text, { addSpecialTokens: isBeginning, truncation: false, padding: false });
  return ids;
}
