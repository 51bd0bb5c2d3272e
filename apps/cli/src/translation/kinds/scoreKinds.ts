import { chrF } from "@qkv/training";
import type { KindSentence } from "./testOfKinds.ts";

/** How well a kind of sentence is translated. */
export interface KindScore {
  readonly kind: string;
  readonly sentences: number;
  /** The part of the sentences with values whose translation has all of them, 0 to 1; undefined if none has any. */
  readonly kept: number | undefined;
  readonly chrf: number;
}

/** Scores translations by kind, in the kinds' first order. */
export function scoreKinds(sentences: readonly KindSentence[], translations: readonly string[]): KindScore[] {
  const rows = sentences.map((sentence, i) => ({ ...sentence, translation: translations[i] ?? "" }));
  return [...new Set(sentences.map(({ kind }) => kind))].map((kind) => {
    const own = rows.filter((row) => row.kind === kind);
    const withValues = own.filter(({ values }) => values.length > 0);
    const references = own.map(({ target }) => target);
    return {
      kind,
      sentences: own.length,
      kept: withValues.length === 0 ? undefined : withValues.filter(keepsAll).length / withValues.length,
      chrf: chrF(
        own.map(({ translation }) => translation),
        [references],
      ).score,
    };
  });
}

/** Whether a translation has each value in one of its ways, by itself: 19 is not kept in 190. */
function keepsAll({ values, translation }: KindSentence & { readonly translation: string }): boolean {
  const text = plainSpaces(translation);
  return values.every((forms) => forms.some((form) => standsIn(text, plainSpaces(form))));
}

function standsIn(text: string, value: string): boolean {
  const isPart = (char: string | undefined) => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  const isParticle = (char: string | undefined) => char !== undefined && /\p{Script=Hangul}/u.test(char); // 톰은, 3개
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const [before, after] = [text[at - 1], text[at + value.length]];
    const isLonger = isPart(after) && !isParticle(after) && isPart(value.at(-1));
    if (!(isPart(before) && isPart(value[0])) && !isLonger) return true;
  }
  return false;
}

const plainSpaces = (text: string) => text.replace(/\s+/g, " ");
