import { checkRecord } from "@qkv/ops";
import type { ChatToolCall } from "../chatMessage.ts";
import { parseToolCalls } from "./parseToolCalls.ts";

/** A part of an answer: text, or a call of a tool. */
export type AnswerPart = string | ChatToolCall;

/** Reads the parts of an answer out of the text that a model writes, as it comes. */
export interface AnswerReader {
  /** Adds a piece of text, and gives the parts that are complete. */
  push(piece: string): AnswerPart[];
  /** Gives the rest, once the text has ended. */
  end(): AnswerPart[];
}

/** Reads text alone. */
export const textReader: AnswerReader = { push: (piece) => [piece], end: () => [] };

const [OPEN, CLOSE] = ["<tool_call>", "</tool_call>"];

/** The tools of an answer. */
export interface KnownTools {
  readonly names: ReadonlySet<string>;
  /** Whether there may be several calls: else those after the first are left out. */
  readonly isParallel: boolean;
}

/**
 * Makes a reader of calls of tools in the forms in which models write them: `<tool_call>{...}</tool_call>` anywhere (Qwen, Hermes), or
 * the whole text as JSON, with `[TOOL_CALLS]` (Mistral) or `<|python_tag|>` (Llama 3.1) before it or without. What is of these forms
 * and no call of a known tool stays text.
 */
export function toolCallReader(tools: KnownTools): AnswerReader {
  checkRecord("toolCallReader", "tools", tools);
  const { names, isParallel } = tools;
  let held = "";
  let isAtStart = true;
  let hasCalls = false;
  const texts = (text: string): AnswerPart[] => {
    if (hasCalls && text.trim() === "") return []; // what stands between calls
    return text === "" ? [] : [text];
  };
  const known = (calls: readonly ChatToolCall[]): readonly ChatToolCall[] => {
    const told = isParallel ? calls : calls.slice(0, hasCalls ? 0 : 1);
    hasCalls = true;
    return told;
  };
  const take = (isEnd: boolean): AnswerPart[] => {
    const parts: AnswerPart[] = [];
    for (;;) {
      const open = held.indexOf(OPEN);
      if (open < 0) break;
      const close = held.indexOf(CLOSE, open);
      if (close < 0 && !isEnd) {
        parts.push(...texts(held.slice(0, open)));
        held = held.slice(open);
        return parts;
      }
      const [until, after] = close < 0 ? [held.length, held.length] : [close, close + CLOSE.length];
      const calls = parseToolCalls(held.slice(open + OPEN.length, until), names);
      if (calls === undefined) {
        parts.push(...texts(held.slice(0, after)));
      } else {
        parts.push(...texts(held.slice(0, open)), ...known(calls));
      }
      held = held.slice(after);
    }
    const kept = isEnd ? 0 : begun(held, OPEN);
    parts.push(...texts(held.slice(0, held.length - kept)));
    held = held.slice(held.length - kept);
    return parts;
  };
  return {
    push: (piece) => {
      held += piece;
      if (isAtStart && mayBeJson(held)) return [];
      isAtStart = false;
      return take(false);
    },
    end: () => {
      const calls = isAtStart ? parseToolCalls(held.trim().replace(MARK, ""), names) : undefined;
      if (calls === undefined) return take(true);
      held = "";
      return [...known(calls)];
    },
  };
}

/** What may stand before calls that are the whole text; where it is a special token, the text does not have it. */
const MARK = /^(?:\[TOOL_CALLS\]|<\|python_tag\|>)\s*/;

/** Whether a text may become calls that are all of it: white space, `{`, `[`, or the beginning of Llama's mark. */
function mayBeJson(text: string): boolean {
  const start = text.trimStart();
  return /^[{[]/.test(start) || "<|python_tag|>".startsWith(start) || start.startsWith("<|python_tag|>");
}

/** The number of characters at the end of a text with which `mark` may begin. */
function begun(text: string, mark: string): number {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length--) {
    if (mark.startsWith(text.slice(-length))) return length;
  }
  return 0;
}
