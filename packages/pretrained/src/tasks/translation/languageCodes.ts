import { checkArray, checkString } from "@qkv/ops";
import { languageTag } from "../../loading/languageTag.ts";
import { overlongWords } from "./overlongWords.ts";
import { type Segment, splitText, type SplitOptions } from "./splitText.ts";

/** A segment of a text with its language code for a multilingual model. */
export interface LedSegment extends Segment {
  /** The code and white space after it: `>>fra<< `. Empty if there is none. */
  readonly lead: string;
  /** The source text: `text`, and before it the code if that is written here. */
  readonly source: string;
  /** Whether it is longer than any word: nothing to translate. */
  readonly overlong?: true;
}

/** Options of splitting a text with language codes. */
export interface LedSplitOptions extends Omit<SplitOptions, "countTokens"> {
  /** The number of tokens of a text after a code. */
  readonly countTokens: (lead: string, text: string) => number;
  /** Whether `>>xyz<<` is a language code of the model. */
  readonly isCode: (code: string) => boolean;
  /** The code of segments without one in the text: `>>fra<< `. Default none. */
  readonly lead?: string;
}

/**
 * Splits a text into segments as {@link splitText} does. A code at the beginning of the text or of a line leads every segment
 * from there to the next code, and counts as a part of each. A stretch too long for a word is a segment by itself, however many
 * tokens it has. `space + source` of all segments is the text.
 */
export function splitLedText(
  text: string,
  { countTokens, isCode, lead = "", ...options }: LedSplitOptions,
): LedSegment[] {
  const segments: LedSegment[] = [];
  for (const stretch of stretchesOf(text, isCode)) {
    const led = stretch.code === "" ? lead : stretch.code;
    const split = { ...options, countTokens: (part: string) => countTokens(led, part) };
    const found = splitAround(stretch.text, split).map((segment) => ({ ...segment, lead: led, source: segment.text }));
    if (stretch.code !== "") {
      const first = found[0]?.space === "" ? found.shift() : undefined;
      const said = first?.text ?? "";
      segments.push({
        ...first,
        space: trailingSpace(segments),
        text: said,
        lead: led,
        source: `${stretch.code}${said}`,
      });
    }
    for (const segment of found) segments.push(segment);
  }
  return segments;
}

/** Splits a text around overlong words. */
function splitAround(text: string, options: SplitOptions): (Segment & Pick<LedSegment, "overlong">)[] {
  const segments: (Segment & Pick<LedSegment, "overlong">)[] = [];
  let from = 0;
  for (const { start, end } of overlongWords(text)) {
    for (const segment of splitText(text.slice(from, start), options)) segments.push(segment);
    segments.push({ space: trailingSpace(segments), text: text.slice(start, end), overlong: true });
    from = end;
  }
  for (const segment of splitText(text.slice(from), options)) segments.push(segment);
  return segments;
}

/** Removes the white space at the end of the segments so far: it belongs before the next segment. */
function trailingSpace(segments: (Segment & { readonly source?: string })[]): string {
  const { text, source = text } = segments.at(-1) ?? { text: undefined };
  return source === "" ? (segments.pop()?.space ?? "") : "";
}

/** Splits the text before each code, with the code removed. */
function stretchesOf(text: string, isCode: (code: string) => boolean): { code: string; text: string }[] {
  const stretches = [{ code: "", text: "" }];
  let from = 0;
  for (const { index, 0: code } of text.matchAll(/^>>\S*?<<[^\S\n\r]*/gmu)) {
    if (!isCode(code.trim())) continue;
    (stretches.at(-1) as { text: string }).text = text.slice(from, index);
    stretches.push({ code, text: "" });
    from = index + code.length;
  }
  (stretches.at(-1) as { text: string }).text = text.slice(from);
  return stretches.filter((stretch) => stretch.code !== "" || stretch.text !== "");
}

/**
 * Finds the code of a language among those of a model: `>>fra<<` of `fra`, `fr` or `>>fra<<`, `>>pt_br<<` of `pt-BR`.
 *
 * @throws RangeError naming the codes if it is none of them
 */
export function languageCode(language: string, codes: readonly string[]): string {
  checkString("languageCode", "language", language);
  checkArray("languageCode", "codes", codes);
  const spelled = (code: string) => code.replace(/^>>|<<$/g, "");
  const same = (a: string, b: string) => canonical(spelled(a)) === canonical(spelled(b));
  const found = codes.find((code) => spelled(code) === spelled(language)) ?? codes.find((code) => same(code, language));
  if (found !== undefined) return found;
  if (codes.length === 0)
    throw new RangeError(`expected a model that translates to several languages, got one without codes`);
  const [some, more] = [codes.slice(0, 40).map(spelled).join(", "), codes.length > 40 ? " ..." : ""];
  throw new RangeError(`expected a language that the model translates to (${some}${more}), got ${spelled(language)}`);
}

/** The canonical tag of a language; invalid tags stay unchanged. */
function canonical(language: string): string {
  try {
    return languageTag(language);
  } catch {
    return language;
  }
}
