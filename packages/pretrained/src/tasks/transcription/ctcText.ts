import { describeArgument } from "@qkv/ops";
import { cleanUpSpaces } from "@qkv/tokenizers";
import { checkCtcVocabulary, type CtcVocabulary } from "../../loading/ctcVocabulary.ts";

/** A part of a text and the steps of the model that it was heard in. */
export interface CtcSpan {
  readonly text: string;
  /** The first of its steps. */
  readonly from: number;
  /** The step behind its last. */
  readonly to: number;
}

/** What the likeliest tokens of each step say. */
export interface CtcText {
  readonly text: string;
  readonly characters: readonly CtcSpan[];
  readonly words: readonly CtcSpan[];
}

/**
 * Writes the text of the likeliest token of each step: repeated tokens are one, and blanks are none
 * (`Wav2Vec2CTCTokenizer.decode` of transformers with its offsets).
 */
export function ctcText(ids: Iterable<number>, vocabulary: CtcVocabulary): CtcText {
  checkCtcVocabulary("ctcText", vocabulary);
  if (typeof (ids as Partial<Iterable<number>> | undefined)?.[Symbol.iterator] !== "function") {
    throw new RangeError(`ctcText: expected ids of each step, got ${describeArgument(ids)}`);
  }
  const { tokens, blank, unknown, delimiter, space, isLowerCase, cleansSpaces } = vocabulary;
  const runs: { token: string; from: number; to: number }[] = [];
  let step = 0;
  for (const id of ids) {
    const token = tokens.get(id) ?? unknown;
    const last = runs.at(-1);
    step += 1;
    if (last !== undefined && last.token === token) last.to = step;
    else runs.push({ token, from: step - 1, to: step });
  }
  const characters = runs
    .filter(({ token }) => token !== blank)
    .map(({ token, from, to }) => ({ text: token === delimiter ? space : token, from, to }));
  const joined = characters
    .map(({ text }) => text)
    .join("")
    .trim();
  const cased = isLowerCase ? joined.toLowerCase() : joined;
  return { text: cleansSpaces ? cleanUpSpaces(cased) : cased, characters, words: wordsOf(characters, space) };
}

function wordsOf(characters: readonly CtcSpan[], space: string): CtcSpan[] {
  const words: CtcSpan[] = [];
  let isInside = false;
  for (const character of characters) {
    const last = words.at(-1);
    const isSpace = character.text === space;
    if (!isSpace && isInside && last !== undefined) {
      words[words.length - 1] = { text: last.text + character.text, from: last.from, to: character.to };
    } else if (!isSpace) words.push(character);
    isInside = !isSpace;
  }
  return words;
}
