import { namedFields } from "./columns.ts";
import type { AnyExample, Goal, Message, ProblemKind } from "./examples.ts";

/** The example that some fields are, or what is wrong with them. */
export function exampleOf(goal: Goal, row: Readonly<Record<string, unknown>>): AnyExample | ProblemKind {
  if (goal === "write" && Array.isArray(row["messages"])) return conversation(row["messages"]);
  const fields = namedFields(goal, row);
  const [first, second] = NEEDED[goal];
  if (goal === "write" && !("completion" in fields)) return withTexts(fields, ["text"]);
  return withTexts(fields, [first, second]);
}

const NEEDED = {
  classify: ["text", "label"],
  embed: ["anchor", "positive"],
  write: ["prompt", "completion"],
} as const satisfies Readonly<Record<Goal, readonly [string, string]>>;

function withTexts(fields: Readonly<Record<string, unknown>>, names: readonly string[]): AnyExample | ProblemKind {
  const texts: Record<string, string> = {};
  for (const name of names) {
    const value = fields[name];
    const isText = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    if (!isText) return "fields";
    const text = String(value).trim();
    if (text === "") return "empty";
    texts[name] = text;
  }
  return texts as unknown as AnyExample;
}

/** Messages, the last of which is the answer. */
function conversation(messages: readonly unknown[]): AnyExample | ProblemKind {
  const read = messages.map((message) => {
    const { role, content } = (message ?? {}) as Partial<Message>;
    return typeof role === "string" && typeof content === "string" ? { role, content } : undefined;
  });
  if (read.some((message) => message === undefined)) return "fields";
  const last = read.at(-1);
  if (read.length < 2 || last?.role !== "assistant") return "answer";
  return last.content.trim() === "" ? "empty" : { messages: read as Message[] };
}
