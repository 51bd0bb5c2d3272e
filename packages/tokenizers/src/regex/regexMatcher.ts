import type { Budget } from "../checks/budget.ts";
import { RegexParser } from "./parser.ts";
import { compileRegex, type RegexProgram } from "./program.ts";
import { RegexSearch } from "./search.ts";
import type { Matcher } from "../components/matcher.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/**
 * Makes the matcher of an Oniguruma `pattern`. The engine is our own: a file's expression must not be able
 * to hang the process, and JavaScript's own engine has neither a bound nor possessive quantifiers, atomic groups and
 * POSIX classes.
 *
 * @param path the place of the pattern, for errors
 */
export function regexMatcher(pattern: string, path: string): Matcher {
  const program = located(`${path}: a regular expression that cannot be used`, () =>
    compileRegex(new RegexParser(pattern).parse()),
  );
  return (text, found, budget) =>
    located(`${path}: a regular expression that gives up on a text of ${text.length} characters`, () =>
      search(program, text, found, budget, path),
    );
}

/** Finds every match, in order. Empty matches right after a match do not count. */
function search(
  program: RegexProgram,
  text: string,
  found: (start: number, end: number) => void,
  budget: Budget,
  path: string,
): void {
  if (text === "") return; // as in Hugging Face's tokenizers
  const searching = new RegexSearch(program, text, budget.maxSteps / 2);
  let lastEnd = -1;
  try {
    for (let from = 0; from <= text.length;) {
      const end = searching.find(from);
      budget.take(searching.takenSteps(), path);
      if (end < 0) return;
      const start = Math.min(searching.start, end);
      if (end === lastEnd) {
        // Empty, or begun before `from` by a \K: the same would be found for ever.
        from += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
        continue;
      }
      found(start, end);
      from = lastEnd = end;
    }
  } finally {
    searching.end();
  }
}

function located<T>(where: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof TokenizerError) throw error;
    throw new TokenizerError(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Escapes `text` as a pattern that matches it literally. */
export function escapeRegex(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
