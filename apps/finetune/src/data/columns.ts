import type { Goal } from "./examples.ts";

/** What columns and fields are called, in small letters, the most usual first. */
export const FIELD_NAMES = {
  classify: {
    text: ["text", "sentence", "content", "document", "input", "review", "message", "title"],
    label: ["label", "class", "category", "target", "intent", "sentiment", "topic", "labels"],
  },
  embed: {
    anchor: ["anchor", "query", "question", "sentence1", "text1", "premise", "source", "sentence"],
    positive: ["positive", "answer", "document", "passage", "sentence2", "text2", "hypothesis", "target", "paraphrase"],
  },
  write: {
    prompt: ["prompt", "instruction", "question", "input", "user"],
    completion: ["completion", "response", "answer", "output", "assistant", "chosen"],
    text: ["text", "content", "document"],
  },
} as const satisfies Readonly<Record<Goal, Readonly<Record<string, readonly string[]>>>>;

/** Fields of a row by our names, whatever it calls them; those that it lacks are left out. */
export function namedFields(goal: Goal, row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const known = new Map(Object.entries(row).map(([name, value]) => [name.trim().toLowerCase(), value]));
  const found: Record<string, unknown> = {};
  for (const [ours, names] of Object.entries<readonly string[]>(FIELD_NAMES[goal])) {
    const name = names.find((each) => known.has(each));
    if (name !== undefined) found[ours] = known.get(name);
  }
  return found;
}

/** Our name of each column, if the cells are a header that names what is needed; undefined if they are a row. */
export function headerOf(goal: Goal, cells: readonly string[]): readonly string[] | undefined {
  const fields = namedFields(goal, Object.fromEntries(cells.map((cell, i) => [cell, i])));
  const isEnough = goal === "write" ? "text" in fields || "completion" in fields : Object.keys(fields).length === 2;
  if (!isEnough) return undefined;
  const names = Object.entries(fields);
  return cells.map((_, i) => names.find(([, place]) => place === i)?.[0] ?? "");
}

/** Our names of the columns of a table without a header, in their order. */
export function plainColumns(goal: Goal, rows: readonly (readonly string[])[]): readonly string[] {
  if (goal === "embed") return ["anchor", "positive"];
  if (goal === "write") return rows.every(({ length }) => length === 1) ? ["text"] : ["prompt", "completion"];
  const distinct = (column: number) => new Set(rows.map((row) => row[column])).size;
  return distinct(0) < distinct(1) ? ["label", "text"] : ["text", "label"]; // labels come again, texts do not
}
