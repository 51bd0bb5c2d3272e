import type { Failure } from "../runMessages.ts";
import { MODULES } from "./modules.ts";
import { linkProgram, prepareProgram, type ProgramImport, ProgramError, similarNames } from "./prepare.ts";

/** Where a module's exports are handed over to the module that stands for it. */
const HANDED = "qkvProgramModules";

const loaded: Record<string, Readonly<Record<string, unknown>>> = {};
(globalThis as Record<string, unknown>)[HANDED] = loaded;

/** A program, ready to be run. */
export interface RunnableProgram {
  run(): Promise<void>;
  /** What became of it, for an error that it threw. */
  failureOf(error: unknown): Failure;
}

/**
 * Makes a module of a program.
 *
 * @throws ProgramError if its syntax is wrong, or it imports what is not there
 */
export async function readyProgram(source: string): Promise<RunnableProgram> {
  const prepared = prepareProgram(source);
  for (const found of prepared.imports) await loadImport(found);
  const addresses = new Map<string, string>();
  const addressOf = (module: string) => {
    const known = addresses.get(module) ?? addressOfModule(moduleOf(module) ?? module);
    addresses.set(module, known);
    return known;
  };
  const address = scriptAddress(linkProgram(prepared, addressOf));
  return {
    run: async () => {
      await import(/* @vite-ignore */ address);
    },
    failureOf: (error) => failureOf(error, address),
  };
}

/** The name that the page has a module under: the tour's programs lie in one folder, others above it. */
function moduleOf(name: string): string | undefined {
  const local = name.replace(/^(?:\.\/|\.\.\/)(?:tour\/)?/, "./");
  return [name, local].find((one) => Object.hasOwn(MODULES, one));
}

async function loadImport({ module, names, line }: ProgramImport): Promise<void> {
  const name = moduleOf(module);
  if (name === undefined) {
    throw new ProgramError({ kind: "noModule", name: module, available: Object.keys(MODULES), line });
  }
  const exports = (loaded[name] ??= (await MODULES[name]?.()) as Record<string, unknown>);
  const missing = names.find((one) => !Object.hasOwn(exports, one));
  if (missing === undefined) return;
  const similar = similarNames(missing, Object.keys(exports));
  throw new ProgramError({ kind: "noExport", name: missing, module, similar, line });
}

/** A module that exports what another does, under an address of its own. */
function addressOfModule(name: string): string {
  const names = Object.keys(loaded[name] ?? {}).filter((one) => one !== "default");
  return scriptAddress(
    `const { ${names.join(", ")} } = globalThis.${HANDED}[${JSON.stringify(name)}];\nexport { ${names.join(", ")} };\n`,
  );
}

function scriptAddress(code: string): string {
  return URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
}

function failureOf(error: unknown, address: string): Failure {
  if (error instanceof ProgramError) return error.failure;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (
    /allocation failed|out of memory|could not allocate|Invalid (?:typed )?array length|too much recursion of/i.test(
      message,
    )
  )
    return { kind: "memory", line: lineOf(error, address) };
  return { kind: "thrown", message, line: lineOf(error, address) };
}

/** The innermost line of the program itself that an error came through. */
function lineOf(error: unknown, address: string): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const at = stack.indexOf(`${address}:`);
  const line = at === -1 ? Number.NaN : Number.parseInt(stack.slice(at + address.length + 1), 10);
  return Number.isNaN(line) ? undefined : line;
}
