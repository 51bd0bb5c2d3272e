import { checkRecord } from "@qkv/ops";
import { endsAmiss } from "./abbreviations.ts";
import { languageTag } from "../../loading/languageTag.ts";
import { verbatimSpans } from "./verbatimSpans.ts";

/** A stretch of text to translate and the white space before it, which is kept as it is. */
export interface Segment {
  readonly space: string;
  /** Empty only for white space at the end of a text. */
  readonly text: string;
}

/** Options of splitting a text. */
export interface SplitOptions {
  /** The number of tokens of a text. */
  readonly countTokens: (text: string) => number;
  /** The most tokens of a segment. */
  readonly maxTokens: number;
  /** Sentences of a paragraph stay together up to this many tokens; 0 keeps every sentence to itself. */
  readonly joinTokens?: number;
  /** The language of the text, for the rules of its sentences: `en`, `pt-BR`. */
  readonly locale?: string | undefined;
}

/**
 * Splits a text into segments that a model can take: sentences, and where one is too long its clauses, then its words, at
 * last anywhere. `space + text` of all segments, one after the other, is the text itself: nothing is lost.
 *
 * @throws RangeError if the locale is no language tag
 */
export function splitText(text: string, options: SplitOptions): Segment[] {
  checkRecord("splitText", "options", options);
  const { countTokens, maxTokens, joinTokens = 0 } = options;
  const locale = options.locale === undefined ? undefined : languageTag(options.locale);
  // The beginning of a much too long text is enough, so that the whole is not counted at each cut.
  const much = 16 * maxTokens;
  const fits = (part: string) =>
    (part.length <= much || countTokens(part.slice(0, much)) <= maxTokens) && countTokens(part) <= maxTokens;
  const staysTogether = (group: readonly string[], sentence: string) =>
    joinTokens > 0 &&
    group.at(-1)?.endsWith("\n") === false &&
    countTokens([...group, sentence].join("").trim()) <= joinTokens;

  const groups: string[][] = [];
  for (const sentence of sentencesOf(text, locale)) {
    const group = groups.at(-1);
    if (group !== undefined && staysTogether(group, sentence)) group.push(sentence);
    else groups.push([sentence]);
  }
  const parts = groups.flatMap((group) => fitted(group.join(""), fits));
  return parts.reduce(asSegments, []);
}

function sentencesOf(text: string, locale: string | undefined): string[] {
  const segmenter = new Intl.Segmenter(locale, { granularity: "sentence" });
  // A line break ends a sentence for the segmenter too, but it is slow for each.
  return (text.match(/[^\n]*\n|[^\n]+/g) ?? []).flatMap((line) =>
    line.trim() === "" ? [line] : whole(sentencesOfLine(line, segmenter), locale),
  );
}

/** Joins sentences again that were cut where none ends. */
function whole(parts: readonly string[], locale: string | undefined): string[] {
  const sentences: string[] = [];
  let [open, end] = [[] as string[], ""]; // joined once it ends: one abbreviation may follow another, in all of a long line
  for (const [i, part] of parts.entries()) {
    open.push(part);
    end = `${end}${part}`.slice(-WINDOW);
    const next = parts[i + 1];
    if (next !== undefined && (endsAmiss(end, next, locale) || cutsAddress(end, next))) continue;
    sentences.push(open.join(""));
    [open, end] = [[], ""];
  }
  return sentences;
}

/** Whether a sentence ends inside an address: `a.org/b?` before `c=1`. */
function cutsAddress(end: string, next: string): boolean {
  const [tail = "", head = ""] = [end.split(/\s/).at(-1), next.split(/\s/, 1)[0]];
  if (tail === "" || head === "") return false;
  const word = tail + head;
  return verbatimSpans(word).some(
    ({ text, kind }) => kind === "address" && word.indexOf(text) + text.length > tail.length,
  );
}

/** V8's segmenter takes longer for each sentence the longer the text is (a megabyte: minutes), so it gets this much. */
const WINDOW = 2048;

function sentencesOfLine(line: string, segmenter: Intl.Segmenter): string[] {
  const sentences: string[] = [];
  let [start, size] = [0, WINDOW];
  while (start < line.length) {
    const found = Array.from(segmenter.segment(line.slice(start, start + size)), ({ segment }) => segment);
    if (start + size < line.length) found.pop(); // it may continue after the window
    size = found.length === 0 ? 2 * size : WINDOW;
    start += found.reduce((sum, { length }) => sum + length, 0);
    sentences.push(...found);
  }
  return sentences;
}

/** Places to cut a long sentence, the best first: after a clause, after white space. */
const CUTS = [/[;:,.!?…—–、，。；：！？]["'”’»)\]]*\s+|[、，。；：！？]/gu, /\s+/gu];

function fitted(text: string, fits: (text: string) => boolean): string[] {
  if (fits(text.trim())) return [text];
  const at = CUTS.map((cut) => middleCut(text, cut)).find((position) => position !== undefined) ?? hardCut(text);
  if (at === undefined) return [text]; // one character cannot be split
  return [text.slice(0, at), text.slice(at)].flatMap((part) => fitted(part, fits));
}

/** The end of the match that is nearest to the middle and has words on both sides. */
function middleCut(text: string, cut: RegExp): number | undefined {
  let best: number | undefined;
  for (const { index, 0: match } of text.matchAll(cut)) {
    const end = index + match.length;
    if (text.slice(0, end).trim() === "" || text.slice(end).trim() === "") continue;
    if (best === undefined || Math.abs(end - text.length / 2) < Math.abs(best - text.length / 2)) best = end;
  }
  return best;
}

/** The middle, but not within a character. */
function hardCut(text: string): number | undefined {
  const middle = text.length >> 1;
  const at = /[\uDC00-\uDFFF]/.test(text.charAt(middle)) ? middle + 1 : middle;
  return at > 0 && at < text.length ? at : undefined;
}

/** Moves white space from the ends of a part into segments' `space`. */
function asSegments(segments: Segment[], part: string): Segment[] {
  const text = part.trim();
  const before = text === "" ? part : part.slice(0, part.length - part.trimStart().length);
  const after = text === "" ? "" : part.slice(part.trimEnd().length);
  const last = segments.at(-1);
  const space = last?.text === "" ? last.space + before : before;
  if (last?.text === "") segments.pop();
  if (text !== "" || space !== "") segments.push({ space, text });
  if (after !== "") segments.push({ space: after, text: "" });
  return segments;
}
