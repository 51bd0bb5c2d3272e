import type { ChatToolCall } from "../chatMessage.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Reads what may be calls of tools: an object with a name and `arguments` (Qwen, Hermes, Mistral) or `parameters` (Llama 3.1), or a
 * list of them.
 *
 * @param names the tools that there are
 * @returns undefined if it is no JSON, or not all of it is calls of these tools
 */
export function parseToolCalls(json: string, names: ReadonlySet<string>): ChatToolCall[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  const calls = [parsed].flat().map((value) => callOf(value, names));
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

function callOf(value: unknown, names: ReadonlySet<string>): ChatToolCall | undefined {
  if (!isRecord(value)) return undefined;
  const { name, arguments: given = value["parameters"] ?? {} } = value;
  if (typeof name !== "string" || !names.has(name) || !isRecord(given)) return undefined;
  return { id: newId(), name, arguments: given };
}

/** Nine letters and digits, as Mistral's chat templates want them. */
function newId(): string {
  const numbers = globalThis.crypto.getRandomValues(new Uint32Array(9));
  return Array.from(numbers, (number) => LETTERS[number % LETTERS.length]).join("");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
