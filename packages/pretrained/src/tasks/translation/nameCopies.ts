import { lastTexts, type TokenTexts } from "./tokenTexts.ts";

const WORD = /[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)*/gu;
/** A word that begins with a capital and is not in capitals. */
const NAME = /^\p{Lu}.*\p{Ll}/u;
/** The end of a text that is in the middle of a word, or behind it. */
const BEGUN = /[\p{L}\p{M}-]*$/u;
const LETTER = /^[\p{L}\p{M}]/u;
/** The letters of a name that are more than chance. */
const LEAST = 2;

/** The names of a sentence: its words with a capital, of three letters and more, but for the first word. */
export function namesOf(sentence: string): string[] {
  const [, ...words] = sentence.match(WORD) ?? [];
  return [...new Set(words.filter((word) => word.length > LEAST && NAME.test(word)))];
}

/**
 * Makes it likelier by `bias` nats that a name of the source which is begun goes on as it stands there, and ends where it ends. A
 * model that is sure of another way to write it (Londres, of London) stays sure. The scores are log-probabilities before and after.
 */
export function favourNames(
  vocabulary: TokenTexts,
  scores: Float32Array,
  ids: readonly number[],
  names: readonly string[],
  bias: number,
): void {
  const longest = Math.max(...names.map(({ length }) => length));
  const [begun = ""] = BEGUN.exec(lastTexts(vocabulary, ids, longest + 1).join("")) ?? [];
  if (begun.length < LEAST) return;
  const rests = names.filter((name) => name.startsWith(begun)).map((name) => name.slice(begun.length));
  if (rests.length === 0) return;
  const favoured = new Set(rests.flatMap((rest) => (rest === "" ? [] : continuations(vocabulary, rest))));
  const isDone = rests.includes("");
  const shift = (text: string, id: number) => {
    if (favoured.has(id)) return bias;
    return isDone && LETTER.test(text) ? -bias : 0;
  };
  for (const [id, text] of vocabulary.texts.entries()) scores[id] = (scores[id] ?? -Infinity) + shift(text, id);
  normalize(scores);
}

/** The tokens that go on with what is left of a name, to its end at most or with what may stand behind it. */
function continuations({ texts, byFirst }: TokenTexts, rest: string): number[] {
  return (byFirst.get(rest[0] ?? "") ?? []).filter((id) => {
    const text = texts[id] ?? "";
    return rest.startsWith(text) || (text.startsWith(rest) && !LETTER.test(text.slice(rest.length)));
  });
}

/** Makes log-probabilities of scores, whose exponentials then sum to one. */
function normalize(scores: Float32Array): void {
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  if (most === -Infinity) return;
  const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
  const logSum = most + Math.log(sum);
  for (const [id, score] of scores.entries()) scores[id] = score - logSum;
}
