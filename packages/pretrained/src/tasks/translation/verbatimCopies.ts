import type { LogitsProcessor } from "@qkv/transformer";
import { decimalMarkOf, numbersOf, restrictAmounts } from "./amounts.ts";
import { favourNames, namesOf } from "./nameCopies.ts";
import { forbid, keepOnly, lastTexts, type TokenTexts, tokenTextsOf } from "./tokenTexts.ts";
import type { TargetTokenizer } from "./translationTokenizer.ts";
import { type Correction, correctionOf } from "./wrongCopies.ts";
import { type VerbatimSpan, verbatimSpans } from "./verbatimSpans.ts";

/** Options of {@link VerbatimCopies}. */
export interface CopyOptions {
  /** The target language, whose decimal mark sets no thousands apart. */
  readonly targetLocale?: string | undefined;
  /** By how many nats a name that is begun is likelier to go on as in the source. Default 0. */
  readonly nameBias?: number | undefined;
}

/**
 * Copies what a translation must have as it is: once the model has begun to write an address or a long number of its source,
 * it goes on letter by letter to its end, and stops there. Of numbers whose thousands are set apart it keeps the digits,
 * and names it favours.
 */
export class VerbatimCopies {
  readonly #target: TargetTokenizer;
  readonly #decimalMark: string | undefined;
  readonly #nameBias: number;
  #vocabulary: TokenTexts | undefined;

  constructor(target: TargetTokenizer, { targetLocale, nameBias = 0 }: CopyOptions = {}) {
    this.#target = target;
    this.#nameBias = nameBias;
    this.#decimalMark = targetLocale === undefined ? undefined : decimalMarkOf(targetLocale);
  }

  /** The processor of a search from these sources; undefined if none of them has anything to copy. */
  processor(sources: readonly string[]): LogitsProcessor | undefined {
    const spans = sources.map(verbatimSpans);
    const numbers = sources.map((source, i) =>
      numbersOf(
        source,
        spans[i]?.map(({ text }) => text),
      ),
    );
    const names = sources.map((source) => (this.#nameBias > 0 ? namesOf(source) : []));
    const hasAmounts = numbers.some(({ amounts }) => amounts.length > 0);
    if (!hasAmounts && [...spans, ...names].every(({ length }) => length === 0)) return undefined;
    const vocabulary = this.#tokenTexts();
    return (scores, ids, source) => {
      const [own, named] = [spans[source] ?? [], names[source] ?? []];
      if (named.length > 0) favourNames(vocabulary, scores, ids, named, this.#nameBias);
      if (own.length > 0) restrict(vocabulary, scores, ids, own);
      const ofSource = numbers[source];
      if (ofSource !== undefined && ofSource.amounts.length > 0) {
        restrictAmounts(vocabulary, scores, ids, ofSource, this.#decimalMark);
      }
    };
  }

  /** What to correct in the translation of a source; undefined if it has copied nothing wrong. */
  correction(source: string, ids: readonly number[]): Correction | undefined {
    return correctionOf(source, lastTexts(this.#tokenTexts(), ids, Infinity).join(""), this.#nameBias > 0);
  }

  /** The processor of a search whose sequences begin with these texts, in any of their tokens. */
  begin(beginnings: readonly string[]): LogitsProcessor {
    const vocabulary = this.#tokenTexts();
    return (scores, ids, source) => {
      const beginning = beginnings[source] ?? "";
      const written = lastTexts(vocabulary, ids, beginning.length).join("");
      if (written.length >= beginning.length || !beginning.startsWith(written)) return;
      const next = new Set(continuations(vocabulary, beginning.slice(written.length)));
      if (next.size > 0) for (const id of scores.keys()) if (!next.has(id)) scores[id] = -Infinity;
    };
  }

  #tokenTexts(): TokenTexts {
    return (this.#vocabulary ??= tokenTextsOf(this.#target));
  }
}

/** Leaves only what goes on with a span that is begun, and forbids what would make a finished one longer. */
function restrict(
  vocabulary: TokenTexts,
  scores: Float32Array,
  ids: readonly number[],
  spans: readonly VerbatimSpan[],
) {
  const written = spans.map((span) => writtenOf(vocabulary, ids, span));
  const done = spans.filter(({ text }, i) => written[i] === text.length);
  const rests = spans.map(({ text }, i) => text.slice(written[i])).filter((rest, i) => written[i] !== 0 && rest !== "");
  if (done.length > 0 && rests.length > 0) return; // one is the beginning of another
  if (rests.length > 0)
    keepOnly(
      scores,
      rests.flatMap((rest) => continuations(vocabulary, rest)),
    );
  for (const { kind } of done) forbid(vocabulary, scores, (text) => goesOn(kind, text));
}

/** How many characters of a span what is written ends with; 0 if they are too few to be more than chance. */
function writtenOf(vocabulary: TokenTexts, ids: readonly number[], { text, kind }: VerbatimSpan): number {
  const last = lastTexts(vocabulary, ids, text.length + 1);
  const tail = last.join("");
  for (let length = Math.min(text.length, tail.length); length >= 3; length--) {
    const [head, before] = [text.slice(0, length), tail.at(-length - 1) ?? ""];
    if (!tail.endsWith(head) || /[\p{L}\p{N}]/u.test(before)) continue;
    const isBegun = kind === "number" ? head.replace(/\D/g, "").length >= 3 : isAddress(head, last);
    return isBegun ? length : 0;
  }
  return 0;
}

/** Whether a beginning is an address's, and no word's that the address has as well: it has a mark, or three tokens make it. */
function isAddress(head: string, tokens: readonly string[]): boolean {
  const three = tokens.filter((text) => text !== "").slice(-3);
  return /[^\p{L}]/u.test(head) || (three.length === 3 && three.join("").trimStart().length <= head.length);
}

/** The tokens that go on with what is left of a span, to its end at most or with what may stand behind it. */
function continuations({ texts, byFirst }: TokenTexts, rest: string): number[] {
  return (byFirst.get(rest[0] ?? "") ?? []).filter((id) => {
    const text = texts[id] ?? "";
    return rest.startsWith(text) || (text.startsWith(rest) && !goesOn("address", text[rest.length] ?? ""));
  });
}

/** Whether something would be longer with this text behind it. */
function goesOn(kind: VerbatimSpan["kind"], text: string): boolean {
  return (kind === "number" ? /^\d/ : /^[\p{L}\p{N}/@_-]/u).test(text);
}
