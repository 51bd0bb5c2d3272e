/** The number of letters in a row that are no real word: a key, a hash, a file in base64. The longest words have about 80. */
const TOO_LONG = 100;

// Scripts that put no space between words.
const SPACELESS = ["Han", "Hira", "Kana", "Bopo", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"];
const WITHOUT_SPACES = new RegExp(`[${SPACELESS.map((script) => `\\p{scx=${script}}`).join("")}]`, "u");
const NO_SPACE = /\S+/gu;
const LETTERS = new RegExp(`(?:(?!${WITHOUT_SPACES.source})[\\p{L}\\p{M}\\p{N}+/=_-]){${TOO_LONG},}`, "gu");

/** A stretch of a text, from one UTF-16 position to another. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Finds the stretches of a text that are too long for words, up to the spaces around them. */
export function overlongWords(text: string): Stretch[] {
  return Array.from(text.matchAll(NO_SPACE)).flatMap(({ index, 0: word }) => {
    if (word.length < TOO_LONG) return [];
    const found = Array.from(word.matchAll(LETTERS), ({ index: at, 0: { length } }) => ({
      start: at,
      end: at + length,
    }));
    if (found.length === 0) return [];
    const whole = [{ start: 0, end: word.length }];
    const stretches = WITHOUT_SPACES.test(word) ? found : whole;
    return stretches.map(({ start, end }) => ({ start: index + start, end: index + end }));
  });
}
