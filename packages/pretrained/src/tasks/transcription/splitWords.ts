/** A word of a text. */
export interface WordTokens {
  /** With the space before it, and its punctuation. */
  readonly text: string;
  /** The place of its first token. */
  readonly from: number;
  /** The place behind its last token. */
  readonly to: number;
}

/** Languages that are written without spaces: each token that ends a character is a word. */
const WITHOUT_SPACES: ReadonlySet<string> = new Set(["zh", "ja", "th", "lo", "my", "yue"]);

const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
const OPENING = "\"'“¡¿([{-";
const CLOSING = "\"'.。,，!！?？:：”)]}、";

/**
 * Groups the tokens of a text by word, as `_combine_tokens_into_words` of transformers: at spaces or, in a language without them, at
 * characters; punctuation goes to the word that it belongs to.
 *
 * @param decode the text of some tokens, U+FFFD where they end inside a character
 * @param language the language's code
 */
export function splitWords(
  ids: readonly number[],
  decode: (ids: readonly number[]) => string,
  language: string | undefined,
): WordTokens[] {
  const characters = splitCharacters(ids, decode);
  const words = language !== undefined && WITHOUT_SPACES.has(language) ? characters : joinAtSpaces(characters);
  return withClosing(withOpening(words)).filter(({ text }) => text !== "");
}

/** Tokens that together are whole characters. */
function splitCharacters(ids: readonly number[], decode: (ids: readonly number[]) => string): WordTokens[] {
  const whole = decode(ids);
  const found: WordTokens[] = [];
  let [from, offset] = [0, 0];
  for (let to = 1; to <= ids.length; to++) {
    const text = decode(ids.slice(from, to));
    const broken = text.indexOf("\ufffd");
    // Where the whole text has the mark as well, more tokens would not mend it.
    if (broken >= 0 && offset + broken < whole.length && whole[offset + broken] !== "\ufffd") continue;
    found.push({ text, from, to });
    [from, offset] = [to, offset + text.length];
  }
  return found;
}

function joinAtSpaces(parts: readonly WordTokens[]): WordTokens[] {
  const words: WordTokens[] = [];
  for (const part of parts) {
    const last = words.at(-1);
    if (last === undefined || part.text.startsWith(" ") || PUNCTUATION.includes(part.text.trim())) words.push(part);
    else words[words.length - 1] = joined(last, part);
  }
  return words;
}

/** Opening punctuation goes to the word behind it. */
function withOpening(words: readonly WordTokens[]): WordTokens[] {
  const result: WordTokens[] = [];
  for (const word of words.toReversed()) {
    const next = result.at(-1);
    if (next !== undefined && word.text.startsWith(" ") && OPENING.includes(word.text.trim())) {
      result[result.length - 1] = joined(word, next);
    } else result.push(word);
  }
  return result.toReversed();
}

/** Closing punctuation goes to the word before it. */
function withClosing(words: readonly WordTokens[]): WordTokens[] {
  const result: WordTokens[] = [];
  for (const word of words) {
    const last = result.at(-1);
    if (last !== undefined && !last.text.endsWith(" ") && CLOSING.includes(word.text)) {
      result[result.length - 1] = joined(last, word);
    } else result.push(word);
  }
  return result;
}

function joined(a: WordTokens, b: WordTokens): WordTokens {
  return { text: a.text + b.text, from: a.from, to: b.to };
}
