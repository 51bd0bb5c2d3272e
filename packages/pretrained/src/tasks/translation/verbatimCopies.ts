import type { LogitsProcessor } from "@qkv/transformer";
import type { TargetTokenizer } from "./translationTokenizer.ts";
import { type VerbatimSpan, verbatimSpans } from "./verbatimSpans.ts";

/**
 * Copies what a translation must have as it is: once the model has begun to write an address or a long number of its source,
 * it goes on letter by letter to its end, and stops there.
 */
export class VerbatimCopies {
  readonly #target: TargetTokenizer;
  #vocabulary: Vocabulary | undefined;

  constructor(target: TargetTokenizer) {
    this.#target = target;
  }

  /** The processor of a search from these sources; undefined if none of them has anything to copy. */
  processor(sources: readonly string[]): LogitsProcessor | undefined {
    const spans = sources.map(verbatimSpans);
    if (!spans.some(({ length }) => length > 0)) return undefined;
    const vocabulary = (this.#vocabulary ??= vocabularyOf(this.#target));
    return (scores, ids, source) => {
      const own = spans[source] ?? [];
      if (own.length > 0) restrict(vocabulary, scores, ids, own);
    };
  }
}

/** The texts of tokens inside a text, and the tokens by the first character of theirs. */
interface Vocabulary {
  readonly texts: readonly string[];
  readonly byFirst: ReadonlyMap<string, readonly number[]>;
}

/** Reads what each token adds to a text: a special one, or a part of a character, adds nothing that is copied. */
function vocabularyOf(target: TargetTokenizer): Vocabulary {
  const ids = Array.from({ length: target.vocabSize }, (_, id) => id);
  const letter = ids.find((id) => /^[a-z]$/.test(target.idToToken(id) ?? "")); // a text's beginning may lose its space
  const isSpecial = (id: number) => SPECIAL.test(target.idToToken(id) ?? "<>");
  const textOf = (id: number) => (isSpecial(id) ? "" : target.decode([letter as number, id]).slice(1));
  const texts = letter === undefined ? [] : ids.map(textOf);
  const byFirst = new Map<string, number[]>();
  for (const [id, text] of texts.entries()) {
    const [first = ""] = text;
    byFirst.set(first, byFirst.get(first) ?? []);
    byFirst.get(first)?.push(id);
  }
  byFirst.delete("");
  return { texts, byFirst };
}

/** Leaves only what goes on with a span that is begun, and forbids what would make a finished one longer. */
function restrict(
  vocabulary: Vocabulary,
  scores: Float32Array,
  ids: readonly number[],
  spans: readonly VerbatimSpan[],
) {
  const written = spans.map((span) => writtenOf(vocabulary, ids, span));
  const done = spans.filter(({ text }, i) => written[i] === text.length);
  const rests = spans.map(({ text }, i) => text.slice(written[i])).filter((rest, i) => written[i] !== 0 && rest !== "");
  if (done.length > 0 && rests.length > 0) return; // one is the beginning of another
  if (rests.length > 0) keepOnly(scores, new Set(rests.flatMap((rest) => continuations(vocabulary, rest))));
  for (const { kind } of done) {
    const longer = [...vocabulary.byFirst].filter(([first]) => goesOn(kind, first));
    for (const id of longer.flatMap(([, those]) => those)) scores[id] = -Infinity;
  }
}

/** How many characters of a span what is written ends with; 0 if they are too few to be more than chance. */
function writtenOf({ texts }: Vocabulary, ids: readonly number[], { text, kind }: VerbatimSpan): number {
  const last: string[] = [];
  for (let i = ids.length; i > 0 && last.join("").length <= text.length; i--)
    last.unshift(texts[ids[i - 1] ?? -1] ?? "");
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
function continuations({ texts, byFirst }: Vocabulary, rest: string): number[] {
  return (byFirst.get(rest[0] ?? "") ?? []).filter((id) => {
    const text = texts[id] ?? "";
    return rest.startsWith(text) || (text.startsWith(rest) && !goesOn("address", text[rest.length] ?? ""));
  });
}

const SPECIAL = /^(?:<.*>|\[.+\]|>>.+<<)$/;

/** Whether something would be longer with this character behind it. */
function goesOn(kind: VerbatimSpan["kind"], char: string): boolean {
  return (kind === "number" ? /^\d/ : /^[\p{L}\p{N}/@_-]/u).test(char);
}

/** Forbids all other tokens; the scores of these are made log-probabilities, as if there were no others. */
function keepOnly(scores: Float32Array, ids: ReadonlySet<number>): void {
  const kept = Array.from(ids, (id) => [id, scores[id] ?? -Infinity] as const);
  const most = Math.max(...kept.map(([, score]) => score));
  if (most === -Infinity) return; // none, or all of them forbidden: the model goes on as it would
  const sum = kept.reduce((total, [, score]) => total + Math.exp(score - most), 0);
  scores.fill(-Infinity);
  for (const [id, score] of kept) scores[id] = score - most - Math.log(sum);
}
