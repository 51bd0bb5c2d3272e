// Characters that make a grapheme each next to any of their kind: no marks, no emoji, no
// jamo, and none of the letters that the rules of Unicode's annex 29 join to a neighbour.
const PLAIN =
  "[[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Cc} ]--[\\r\\p{Grapheme_Extend}\\p{Extended_Pictographic}\\p{Regional_Indicator}\\p{Emoji_Modifier}" +
  "\\u0d4e\\u0e33\\u0eb3\\u1100-\\u11ff\\ua960-\\ua97f\\ud7b0-\\ud7ff\\u{11000}-\\u{11fff}]]";

/** Matches a character that makes a grapheme by itself beside others of its kind. */
export const PLAIN_CHAR = new RegExp(`^${PLAIN}$`, "v");

// A stretch that needs the segmenter: characters that are not plain, and a plain neighbour on either side.
const KNOTTY = new RegExp(`${PLAIN}?[^${PLAIN}]+(?:${PLAIN}[^${PLAIN}]+)*${PLAIN}?`, "gv");

// 512: a segmenter's time grows with the square of its text.
const WINDOW = 512;

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Yields the graphemes of `text`, the characters that readers perceive. */
export function* graphemes(text: string): Generator<string> {
  let last = 0;
  for (const match of text.matchAll(KNOTTY)) {
    yield* text.slice(last, match.index);
    yield* segment(match[0]);
    last = match.index + match[0].length;
  }
  yield* text.slice(last);
}

/** Yields the graphemes of `text`, window by window; the last of a window waits for the next. */
function* segment(text: string): Generator<string> {
  let size = WINDOW;
  for (let start = 0; start < text.length;) {
    const parts = Array.from(segmenter.segment(text.slice(start, start + size)), (part) => part.segment);
    const isLast = start + size >= text.length;
    if (!isLast) parts.pop();
    if (parts.length === 0) {
      size *= 2;
      continue;
    }
    yield* parts;
    for (const part of parts) start += part.length;
    size = WINDOW;
  }
}
