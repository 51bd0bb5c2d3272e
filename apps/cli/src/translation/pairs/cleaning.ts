import type { SentencePair } from "./pairs.ts";

/** Text decoded wrongly: the replacement character, control characters, UTF-8 read as Latin-1. */
const FAULTY = /\uFFFD|\p{Cc}|Ã[\u0080-\u00BF]|â€/u;

/** What no sentence has: placeholders of a program (but for slots to fill), markup. */
const MARKUP = /[<>|]|\{(?![a-z]+2?\})|\*\w|%[ds\d]|\\n|&\w+;/;

/**
 * Whether the sides may be translations of each other, as far as can be told without reading them: no faults of
 * decoding, no markup, and neither side more than three times as long as the other (and 15 characters).
 */
export function isSound({ source, target }: SentencePair): boolean {
  if (source === "" || target === "") return false;
  if ([source, target].some((text) => FAULTY.test(text) || MARKUP.test(text))) return false;
  const [shorter = 0, longer = 0] = [source.length, target.length].sort((a, b) => a - b);
  return longer <= 3 * shorter + 15;
}

/** The mark at a side's end also at the end of the other, where that has none: transcripts of speech have none. */
export function withFinalMarks({ source, target }: SentencePair): SentencePair {
  const markOf = (text: string) => /[.!?]$/.exec(text)?.[0] ?? "";
  const [sourceMark, targetMark] = [markOf(source), markOf(target)];
  return { source: sourceMark ? source : source + targetMark, target: targetMark ? target : target + sourceMark };
}

/**
 * The pairs of two cells of a phrasebook, where "a / b" are alternatives and parentheses hold notes. Where the cells have
 * not as many, only the first ones are known to belong together.
 */
export function pairsOfCells({ source, target }: SentencePair): SentencePair[] {
  const [sources = [], targets = []] = [source, target].map(alternatives);
  const count = sources.length === targets.length ? sources.length : Math.min(sources.length, targets.length, 1);
  return sources.slice(0, count).map((text, i) => ({ source: text, target: targets[i] ?? "" }));
}

/** What a cell says; not a word that stands for one of a longer alternative (by a man / woman), nor one with a gap. */
function alternatives(cell: string): string[] {
  const parts = cell.replace(/\s*[([][^)\]]*[)\]]/g, "").split(/\s*[/;]+\s*/);
  const words = (text: string) => text.split(/\s+/).length;
  const longest = Math.max(...parts.map(words));
  return parts
    .map((text) => text.trim())
    .filter((text) => text !== "" && 2 * words(text) > longest && !/\.\.|…|_/.test(text));
}
