import { checkRecord, describeArgument } from "../checks/argumentChecks.ts";
import { MAX_ID } from "../json/configValue.ts";

// 1024 characters: the time of Unigram's training grows with the longest piece.
const LONGEST_PIECE = 1024;

// 2^31 - 1, as a tokenizer.json has counts.
const MOST = 0x7fffffff;

/** The least and the most of each option of a trainer that is a count. */
const COUNTS = {
  vocabSize: [0, MAX_ID + 1],
  minFrequency: [0, Number.MAX_SAFE_INTEGER],
  limitAlphabet: [0, MOST],
  maxTokenLength: [1, MOST],
  maxInputCharsPerWord: [0, MOST],
  nSubIterations: [1, 1000],
  maxPieceLength: [1, LONGEST_PIECE],
  seedSize: [1, MAX_ID + 1],
} as const;

const LISTS = ["specialTokens", "initialAlphabet"] as const;

/** The options of a trainer that {@link checkTraining} checks. */
export type CheckedOptions = { readonly [K in keyof typeof COUNTS]?: number | undefined } & {
  readonly [K in (typeof LISTS)[number]]?: readonly string[] | undefined;
};

/**
 * Refuses invalid options, and a single text in place of several.
 *
 * @throws RangeError or TypeError that names the option
 */
export function checkTraining(trainer: string, texts: unknown, options: CheckedOptions): void {
  const isIterable = typeof texts === "object" && texts !== null && (Symbol.iterator in texts || Symbol.asyncIterator in texts); // prettier-ignore
  if (!isIterable) throw new TypeError(`${trainer}: expected an iterable of texts, got ${describeArgument(texts)}`);
  checkRecord(trainer, "options", options);
  for (const [name, [least, most]] of Object.entries(COUNTS)) {
    const value = options[name as keyof typeof COUNTS];
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) continue;
    throw new RangeError(
      `${trainer}: expected ${name} to be an integer from ${least} to ${most}, got ${String(value)}`,
    );
  }
  for (const name of LISTS) {
    const list: unknown = options[name];
    if (list === undefined || (Array.isArray(list) && list.every((item) => typeof item === "string"))) continue;
    throw new TypeError(`${trainer}: expected ${name} to be an array of strings, got ${describeArgument(list)}`);
  }
}
