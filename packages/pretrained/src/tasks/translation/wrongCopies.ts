import { namesOf } from "./nameCopies.ts";
import { verbatimSpans } from "./verbatimSpans.ts";

/** How a translation has to begin to be right where it copied something wrong. */
export interface Correction {
  /** The translation up to the wrong copy, and in its place what stands in the source. */
  readonly beginning: string;
  /** A name may be written otherwise in the target language (Londres, of London); all else may not. */
  readonly isName: boolean;
}

/** A number in East Asian units, as 1만 2345 is 12345: its digits are no copy. */
const IN_UNITS = /\p{Nd}\s?[十百千万萬億亿兆십백천만억조]/u;

/**
 * The correction of a translation which lacks an address, a number or, with `names`, a name of its source, and has another that
 * its source does not have; undefined if there is none.
 */
export function correctionOf(source: string, translation: string, names: boolean): Correction | undefined {
  const [spans, copied] = [verbatimSpans(source), verbatimSpans(translation)];
  const wrong = copied.filter(({ text }) => !spans.some((span) => span.text === text));
  const due = spans.filter(
    ({ text, kind }) => !translation.includes(text) && !(kind === "number" && IN_UNITS.test(translation)),
  );
  for (const { text, kind } of due) {
    const copy = wrong.find((other) => other.kind === kind);
    if (copy !== undefined) return { beginning: before(translation, copy.text) + text, isName: false };
  }
  if (!names) return undefined;
  const [own, written] = [namesOf(source), namesOf(translation)];
  const name = own.find((text) => !written.includes(text));
  const other = written.find((text) => !own.includes(text));
  if (name === undefined || other === undefined) return undefined;
  return { beginning: before(translation, other) + name, isName: true };
}

function before(text: string, part: string): string {
  return text.slice(0, text.indexOf(part));
}
