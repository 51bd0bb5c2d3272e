import { describeArgument } from "@qkv/ops";

/**
 * A rule of one's own for where a sequence ends, as Hugging Face's `stopping_criteria`; called after each token.
 *
 * @param ids the sequence so far, the start token or the prompt included
 * @param promptLength the number of tokens that it began with
 * @returns whether it is finished
 */
export type StoppingCriterion = (ids: readonly number[], promptLength: number) => boolean;

/** Stopping criteria besides the end token and the length. */
export interface StoppingOptions {
  /** Texts that end a sequence with the token in which one of them ends. They need `decode`. */
  readonly stopStrings?: readonly string[];
  /** The text of tokens, special ones included, for `stopStrings`. */
  readonly decode?: (ids: readonly number[]) => string;
  /** Seconds after which a sequence ends with its next token. */
  readonly maxTime?: number;
  /** Rules of one's own: a sequence ends with the token after which one of them holds. */
  readonly stoppingCriteria?: readonly StoppingCriterion[];
}

/**
 * Creates a test of whether a sequence is finished by its text, by a rule of the caller, or by the clock, which starts with
 * this call.
 */
export function stopping(
  { stopStrings = [], decode, maxTime, stoppingCriteria = [] }: StoppingOptions,
  promptLength: number,
): (ids: readonly number[]) => boolean {
  if (!Array.isArray(stoppingCriteria) || stoppingCriteria.some((holds) => typeof holds !== "function")) {
    throw new RangeError(
      `generate: expected stoppingCriteria to be an array of functions, got ${describeArgument(stoppingCriteria)}`,
    );
  }
  if (stopStrings.length > 0 && decode === undefined) {
    throw new RangeError("generate: expected decode (the tokenizer) with stopStrings, got none");
  }
  const end = maxTime === undefined ? Infinity : performance.now() + 1000 * maxTime;
  return (ids) =>
    (end !== Infinity && performance.now() > end) ||
    stoppingCriteria.some((holds) => holds(ids, promptLength)) ||
    (decode !== undefined && stopStrings.some((text) => endsInLastToken(ids, text, decode)));
}

/** Whether `text` occurs in the sequence and ends within its last token. */
function endsInLastToken(ids: readonly number[], text: string, decode: (ids: readonly number[]) => string): boolean {
  const tail = ids.slice(-(4 * text.length + 8)); // a character has at most four tokens
  const before = decode(tail.slice(0, -1)).length;
  return decode(tail).indexOf(text, Math.max(0, before - text.length + 1)) !== -1;
}
