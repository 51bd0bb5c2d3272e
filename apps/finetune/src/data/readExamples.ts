import { headerOf, plainColumns } from "./columns.ts";
import { decodeText } from "./decodeText.ts";
import { exampleOf } from "./exampleOf.ts";
import type { ExamplesOf, Goal, Problem, ProblemKind } from "./examples.ts";
import { JSON_LINES, KINDS } from "./fileKinds.ts";
import { tableRows } from "./tableRows.ts";

/** A file, or lines that were typed. */
export type DataSource = File | string;

/** What was found in files and lines. */
export interface ReadExamples<G extends Goal = Goal> {
  readonly examples: readonly ExamplesOf[G][];
  /** Lines that are left out, in their order. */
  readonly problems: readonly Problem[];
}

/** The beginning of a line that a person is told of, in characters. */
const EXCERPT = 60;

/**
 * Reads the examples of files and of typed lines: JSON lines, tables of values between commas or tabs, and texts. What is wrong
 * in a line is told, and the line left out.
 */
export async function readExamples<G extends Goal>(goal: G, sources: readonly DataSource[]): Promise<ReadExamples<G>> {
  const reader = new ExampleReader(goal);
  for (const source of sources) {
    if (typeof source === "string") reader.readText("", "txt", withTabs(goal, source));
    else await reader.readFile(source);
  }
  return reader.found as ReadExamples<G>;
}

/** Typed lines with a tab in the place of a bar: " | ". */
function withTabs(goal: Goal, text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const isBarred = (line: string) => BAR.test(line);
  const isTable = goal === "write" ? lines.every(isBarred) : lines.some(isBarred);
  if (!isTable || text.includes("\t") || lines[0]?.startsWith("{")) return text;
  return text
    .split("\n")
    .map((line) => line.replace(BAR, "$1\t$2"))
    .join("\n");
}

const BAR = /^(.*\S)\s+\|\s+(\S.*)$/;

class ExampleReader {
  readonly #goal: Goal;
  readonly #examples: ExamplesOf[Goal][] = [];
  readonly #problems: Problem[] = [];

  constructor(goal: Goal) {
    this.#goal = goal;
  }

  get found(): ReadExamples {
    return { examples: this.#examples, problems: this.#problems };
  }

  async readFile(file: File): Promise<void> {
    const kind = file.name.slice(file.name.lastIndexOf(".") + 1).toLowerCase();
    if (!KINDS.has(kind)) return this.#refuse(file.name, 0, "file", "");
    const text = decodeText(new Uint8Array(await file.arrayBuffer()));
    if (typeof text === "number") this.#refuse(file.name, text, "utf8", "");
    else this.readText(file.name, kind, text);
  }

  readText(name: string, kind: string, given: string): void {
    const text = given.replace(/^\uFEFF/, "");
    const first = text.trimStart()[0];
    if (JSON_LINES.has(kind) || (kind === "txt" && first === "{")) this.#readJsonLines(name, text);
    else if (kind === "csv") this.#readTable(name, text, "");
    else if (kind === "tsv" || text.includes("\t")) this.#readTable(name, text, "\t");
    else if (this.#goal === "write") this.#readTexts(text);
    else this.#readTable(name, text, "\t"); // whose rows have a column too few
  }

  #readJsonLines(name: string, text: string): void {
    for (const [i, line] of text.split("\n").entries()) {
      if (line.trim() === "") continue;
      const row = parsedObject(line);
      if (row === undefined) this.#refuse(name, i + 1, "json", line);
      else this.#take(name, i + 1, row, line);
    }
  }

  #readTable(name: string, text: string, delimiter: "" | "\t"): void {
    const rows = tableRows(text, delimiter);
    const header = rows[0] && headerOf(this.#goal, rows[0].cells);
    const body = header === undefined ? rows : rows.slice(1);
    const columns =
      header ??
      plainColumns(
        this.#goal,
        body.map(({ cells }) => cells),
      );
    for (const { line, cells, isOpen } of body) {
      const excerpt = cells.join(" | ");
      if (isOpen) this.#refuse(name, line, "quote", excerpt);
      else if (cells.length !== columns.length) this.#refuse(name, line, "columns", excerpt);
      else this.#take(name, line, Object.fromEntries(columns.map((column, i) => [column, cells[i]])), excerpt);
    }
  }

  /** Texts with empty lines between them. */
  #readTexts(text: string): void {
    for (const part of text.split(/\n\s*\n/)) if (part.trim() !== "") this.#examples.push({ text: part.trim() });
  }

  #take(name: string, line: number, row: Readonly<Record<string, unknown>>, excerpt: string): void {
    const example = exampleOf(this.#goal, row);
    if (typeof example === "string") this.#refuse(name, line, example, excerpt);
    else this.#examples.push(example);
  }

  #refuse(name: string, line: number, kind: ProblemKind, got: string): void {
    this.#problems.push({ name, line, kind, got: got.trim().slice(0, EXCERPT) });
  }
}

function parsedObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
