/** Stopping criteria besides the end token and the length. */
export interface StoppingOptions {
  /** Texts that end a sequence with the token in which one of them ends. They need `decode`. */
  readonly stopStrings?: readonly string[];
  /** The text of tokens, special ones included, for `stopStrings`. */
  readonly decode?: (ids: readonly number[]) => string;
  /** Seconds after which a sequence ends with its next token. */
  readonly maxTime?: number;
}

/** Creates a test of whether a sequence is finished by its text or by the clock, which starts with this call. */
export function stopping({ stopStrings = [], decode, maxTime }: StoppingOptions): (ids: readonly number[]) => boolean {
  if (stopStrings.length > 0 && decode === undefined) {
    throw new RangeError("generate: expected decode (the tokenizer) with stopStrings, got none");
  }
  const end = maxTime === undefined ? Infinity : performance.now() + 1000 * maxTime;
  return (ids) =>
    (end !== Infinity && performance.now() > end) ||
    (decode !== undefined && stopStrings.some((text) => endsInLastToken(ids, text, decode)));
}

/** Whether `text` occurs in the sequence and ends within its last token. */
function endsInLastToken(ids: readonly number[], text: string, decode: (ids: readonly number[]) => string): boolean {
  const tail = ids.slice(-(4 * text.length + 8)); // a character has at most four tokens
  const before = decode(tail.slice(0, -1)).length;
  return decode(tail).indexOf(text, Math.max(0, before - text.length + 1)) !== -1;
}
