import { fromVocabTxt, type Tokenizer } from "@qkv/tokenizers";
import { uniform } from "./randomParams.ts";

const SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
const LETTERS = [..."abcdefghijklmnopqrstuvwxyz"];
const SYLLABLES = [..."bcdfghjklmnpqrstvwxz"].flatMap((consonant) => [..."aeiou"].map((vowel) => consonant + vowel));
const SUFFIXES = SYLLABLES.map((syllable) => `##${syllable}`);

/** A made-up vocabulary in the manner of BERT's, as words of three syllables and suffixes of one. */
export interface WordPieces {
  readonly tokenizer: Tokenizer;
  /** Different texts, of as many tokens each, special ones included. */
  texts(count: number, tokens: number): string[];
}

/** @param size the number of tokens */
export function wordPieces(size: number): WordPieces {
  const others = [...SPECIAL, ...LETTERS, ...LETTERS.map((letter) => `##${letter}`), ...SUFFIXES];
  const words = Array.from({ length: size - others.length }, (_, i) => wordOf(i));
  return {
    tokenizer: fromVocabTxt([...others, ...words].join("\n")),
    texts(count, tokens) {
      const next = uniform(count * tokens);
      const one = (list: readonly string[]) => list[Math.floor(next() * list.length)] ?? "";
      return Array.from({ length: count }, () => textOf(tokens - 2, () => one(words), one)); // [CLS] and [SEP]
    },
  };
}

/** Every fourth token goes on with the word before it, as tokens of English do. */
function textOf(tokens: number, word: () => string, one: (list: readonly string[]) => string): string {
  let text = word();
  for (let i = 1; i < tokens; i++) text += i % 4 === 0 ? one(SYLLABLES) : ` ${word()}`;
  return text;
}

function wordOf(index: number): string {
  const count = SYLLABLES.length;
  return [index % count, Math.floor(index / count) % count, Math.floor(index / count ** 2)]
    .map((each) => SYLLABLES[each] ?? "")
    .join("");
}
