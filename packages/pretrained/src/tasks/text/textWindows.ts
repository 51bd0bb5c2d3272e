import type { Encoding, Tokenizer } from "@qkv/tokenizers";

/** A text of any length, as windows that overlap: a model reads each. */
export interface TextWindows {
  /** The whole text, with special tokens. */
  readonly whole: Encoding;
  readonly windows: readonly Encoding[];
  /** The window of each token of the whole text, and its position there: that in which most is to be seen on both sides. */
  readonly places: readonly { readonly window: number; readonly position: number }[];
}

/** A quarter of a window is shared with the window before it. */
const OVERLAP = 0.25;

/** Splits a text into windows of at most `maxTokens` tokens, special ones included. */
export function textWindows(tokenizer: Tokenizer, text: string, maxTokens: number): TextWindows {
  const whole = tokenizer.encode(text, { truncation: false, padding: false });
  if (whole.length <= maxTokens) {
    return { whole, windows: [whole], places: whole.ids.map((_, position) => ({ window: 0, position })) };
  }
  const special = whole.specialTokensMask;
  const room = maxTokens - special.reduce((sum, each) => sum + each, 0);
  const stride = Math.floor(room * OVERLAP);
  const first = tokenizer.encode(text, {
    truncation: { maxLength: maxTokens, stride, direction: "right" },
    padding: false,
  });
  const windows = [first, ...first.overflow];
  return { whole, windows, places: placesOf(special, windows, room - stride) };
}

/**
 * @param special of the whole text
 * @param step the number of tokens from the beginning of a window to that of the next
 */
function placesOf(special: readonly number[], windows: readonly Encoding[], step: number): TextWindows["places"] {
  const positions = windows.map(({ specialTokensMask: mask }) => mask.flatMap((each, i) => (each === 0 ? [i] : [])));
  let token = -1;
  return special.map((isSpecial) => {
    if (isSpecial === 1) return { window: 0, position: 0 }; // nobody looks at it
    token += 1;
    let best = { window: 0, position: 0 };
    let most = -1;
    for (const [window, inside] of positions.entries()) {
      const i = token - window * step;
      const seen = Math.min(i, inside.length - 1 - i); // tokens on its shorter side
      if (seen > most) [best, most] = [{ window, position: inside[i] ?? 0 }, seen];
    }
    return best;
  });
}
