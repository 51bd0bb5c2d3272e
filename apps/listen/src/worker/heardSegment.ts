import type { TranscriptSegment, TranscriptWord } from "@qkv/pretrained";

/** Where a word listened, as small as a picture needs it: hours of words are kept. */
export interface HeardAttention {
  /** Seconds, of the first value. */
  readonly start: number;
  /** Seconds from value to value. */
  readonly step: number;
  /** Of the greatest, from 0 to 255. */
  readonly values: Uint8Array;
}

/** A word and its time in seconds. */
export interface HeardWord extends Pick<TranscriptWord, "text" | "start" | "end"> {
  readonly attention?: HeardAttention;
}

/** What was said from one time to another. */
export interface HeardSegment extends Pick<TranscriptSegment, "text" | "start" | "end"> {
  readonly words: readonly HeardWord[];
}

/** What the page keeps of a segment. */
export function heardSegment({ text, start, end, words = [] }: TranscriptSegment): HeardSegment {
  return { text, start, end, words: words.map(heardWord) };
}

function heardWord({ text, start, end, attention }: TranscriptWord): HeardWord {
  if (attention === undefined) return { text, start, end };
  const most = attention.values.reduce((a, b) => Math.max(a, b), 0);
  const values = Uint8Array.from(attention.values, (value) => Math.round((255 * value) / (most || 1)));
  return { text, start, end, attention: { start: attention.start, step: attention.step, values } };
}
