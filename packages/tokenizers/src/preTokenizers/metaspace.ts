import type { Json } from "../json/configValue.ts";
import { isOnePiece, onePiece, type Pieces, rewritePieces, spellBytes } from "../text/pieces.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** The pieces that get a space before them: every one, the one at the beginning of the text, or none. */
export type PrependScheme = "always" | "first" | "never";
/** Every {@link PrependScheme}. */
export const PREPEND_SCHEMES: readonly PrependScheme[] = ["always", "first", "never"];

/** Reads the `prepend_scheme` of a Metaspace, which older files call `add_prefix_space`. */
export function prependScheme(config: Json): PrependScheme {
  const scheme = config.at("prepend_scheme").or<PrependScheme>("always", (json) => json.oneOf(PREPEND_SCHEMES));
  if (config.at("add_prefix_space").booleanOr(true)) return scheme;
  if (!config.at("prepend_scheme").isAbsent && scheme !== "never") {
    throw new TokenizerError(`${config.path}: add_prefix_space is false, but prepend_scheme is "${scheme}"`);
  }
  return "never";
}

/** Creates the pre-tokenizer of a Metaspace: spaces become visible, and begin a piece each. */
export function createMetaspace(config: Json): (pieces: Pieces) => Pieces {
  const mark = config.at("replacement").string();
  if ([...mark].length !== 1) throw config.at("replacement").expected("one character");
  const scheme = prependScheme(config);
  const split = config.at("split").booleanOr(true);
  return (given) => {
    const marked = prependMarks(markSpaces(spellBytes(given), mark), mark, scheme);
    return split ? splitAtMarks(marked, mark) : marked;
  };
}

function markSpaces(pieces: Pieces, mark: string): Pieces {
  const { source } = pieces;
  if (mark.length === 1) return { ...pieces, source: source.withText(source.text.replaceAll(" ", mark)) };
  return rewritePieces(pieces, (from, start, end, builder) => {
    for (let i = start; i < end; i++) {
      if (from.text.charAt(i) === " ") builder.push(mark, from.startOf(i), from.endOf(i));
      else builder.copy(from, i, i + 1);
    }
  });
}

function prependMarks(pieces: Pieces, mark: string, scheme: PrependScheme): Pieces {
  const { source, bounds } = pieces;
  const wantsMark = (start: number): boolean =>
    !source.text.startsWith(mark, start) &&
    (scheme === "always" || (scheme === "first" && source.startOf(start) === 0));
  if (!bounds.some((start, i) => i % 2 === 0 && wantsMark(start))) return pieces;
  if (isOnePiece(pieces)) return onePiece(source.withPrefix(mark));
  return rewritePieces(pieces, (from, start, end, builder) => {
    if (wantsMark(start)) builder.push(mark, from.startOf(start), from.endOf(start));
    builder.copy(from, start, end);
  });
}

function splitAtMarks(pieces: Pieces, mark: string): Pieces {
  const { text } = pieces.source;
  const bounds: number[] = [];
  for (let i = 0; i < pieces.bounds.length; i += 2) {
    const end = pieces.bounds[i + 1] ?? 0;
    for (let start = pieces.bounds[i] ?? 0; start < end;) {
      const next = text.indexOf(mark, start + 1);
      const stop = next === -1 || next > end ? end : next;
      bounds.push(start, stop);
      start = stop;
    }
  }
  return { ...pieces, bounds };
}
