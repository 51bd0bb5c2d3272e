// A program as somebody wrote it, to a module that a browser can import: its types are taken out by sucrase, line by line,
// acorn reads it, and its imports lead to what the page has.
import { type ImportDeclaration, parse, type Program } from "acorn";
import { transform } from "sucrase";
import type { Failure } from "../runMessages.ts";

/** A program cannot be run. */
export class ProgramError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super("message" in failure ? failure.message : failure.kind);
    this.failure = failure;
  }
}

/** An import of a program. */
export interface ProgramImport {
  readonly module: string;
  /** The names that it takes; not those of a namespace. */
  readonly names: readonly string[];
  /** From 1. */
  readonly line: number;
  /** Where the name of the module stands in the code, with its quotes. */
  readonly start: number;
  readonly end: number;
}

/** A program without types. */
export interface PreparedProgram {
  readonly code: string;
  readonly imports: readonly ProgramImport[];
}

/** Takes the types out and finds the imports. @throws ProgramError that names the line, where the syntax is wrong */
export function prepareProgram(source: string): PreparedProgram {
  let code: string;
  let program: Program;
  try {
    code = transform(source, { transforms: ["typescript"], disableESTransforms: true }).code;
    program = parse(code, { ecmaVersion: "latest", sourceType: "module", locations: true });
  } catch (error) {
    throw syntaxError(error);
  }
  return { code, imports: importsOf(program) };
}

/** The code, each import leading where `addressOf` says. */
export function linkProgram({ code, imports }: PreparedProgram, addressOf: (module: string) => string): string {
  let linked = code;
  for (const { module, start, end } of imports.toSorted((a, b) => b.start - a.start)) {
    linked = linked.slice(0, start) + JSON.stringify(addressOf(module)) + linked.slice(end);
  }
  return linked;
}

/** Names that differ least from one that is not there. */
export function similarNames(name: string, names: readonly string[]): string[] {
  const near = names.map((other) => ({ other, far: distance(name.toLowerCase(), other.toLowerCase()) }));
  const close = near.filter(({ far }) => far <= Math.max(2, name.length / 3));
  return close
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ other }) => other);
}

type Statement = Program["body"][number];

function importsOf({ body }: Program): ProgramImport[] {
  return body.flatMap((statement: Statement): ProgramImport[] => {
    const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportAllDeclaration";
    if (statement.type !== "ImportDeclaration" && !isExport) return [];
    const { source } = statement;
    if (source == null) return [];
    return [
      {
        module: String(source.value),
        names: statement.type === "ImportDeclaration" ? namesOf(statement) : [],
        ...{ line: statement.loc?.start.line ?? 1, start: source.start, end: source.end },
      },
    ];
  });
}

function namesOf({ specifiers }: ImportDeclaration): string[] {
  return specifiers.flatMap((specifier) => {
    if (specifier.type === "ImportNamespaceSpecifier") return [];
    if (specifier.type === "ImportDefaultSpecifier") return ["default"];
    const { imported } = specifier;
    return [imported.type === "Identifier" ? imported.name : String(imported.value)];
  });
}

/** Both parsers put the place at the end of their message. */
function syntaxError(error: unknown): ProgramError {
  const text = error instanceof Error ? error.message : String(error);
  const [, message = text, line] =
    /^(?:Error transforming [^:]*: )?(?:SyntaxError: )?([^]*?) \((\d+):\d+\)/.exec(text) ?? [];
  return new ProgramError({ kind: "syntax", message, line: line === undefined ? undefined : Number(line) });
}

/** How many letters have to be put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
