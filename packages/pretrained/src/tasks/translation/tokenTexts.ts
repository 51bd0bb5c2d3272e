import type { TargetTokenizer } from "./translationTokenizer.ts";

/** What each token of a target vocabulary adds to a text, and the tokens by the first character of that. */
export interface TokenTexts {
  readonly texts: readonly string[];
  readonly byFirst: ReadonlyMap<string, readonly number[]>;
}

/** Reads what each token adds to a text: a special one, or a part of a character, adds nothing that is copied. */
export function tokenTextsOf(target: TargetTokenizer): TokenTexts {
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

const SPECIAL = /^(?:<.*>|\[.+\]|>>.+<<)$/;

/** The end of what tokens write: the texts of the last ones, at least `length` characters of them if there are as many. */
export function lastTexts({ texts }: TokenTexts, ids: readonly number[], length: number): string[] {
  const last: string[] = [];
  let size = 0;
  for (let i = ids.length; i > 0 && size < length; i--) {
    const text = texts[ids[i - 1] ?? -1] ?? "";
    last.unshift(text);
    size += text.length;
  }
  return last;
}

/** Forbids all other tokens; the scores of these are made log-probabilities, as if there were no others. */
export function keepOnly(scores: Float32Array, ids: Iterable<number>): void {
  const kept = Array.from(new Set(ids), (id) => [id, scores[id] ?? -Infinity] as const);
  const most = Math.max(...kept.map(([, score]) => score));
  if (most === -Infinity) return; // none, or all of them forbidden: the model goes on as it would
  const sum = kept.reduce((total, [, score]) => total + Math.exp(score - most), 0);
  scores.fill(-Infinity);
  for (const [id, score] of kept) scores[id] = score - most - Math.log(sum);
}

/** Forbids the tokens whose text is one of these; none of them if that would leave no token at all. */
export function forbid({ texts }: TokenTexts, scores: Float32Array, isForbidden: (text: string) => boolean): void {
  const forbidden = texts.flatMap((text, id) => (isForbidden(text) ? [id] : []));
  const those = new Set(forbidden);
  if (!scores.some((score, id) => score !== -Infinity && !those.has(id))) return;
  for (const id of forbidden) scores[id] = -Infinity;
}
