import { checkArray, describeArgument } from "@qkv/ops";
import { countNgrams, matchCount, type NgramCounts, totalCount } from "./ngrams.ts";
import { referencesOf, SACREBLEU_VERSION } from "./references.ts";
import { tokenize13a } from "./tokenize13a.ts";
import { withoutTrailingSpace, words } from "./words.ts";

const MAX_ORDER = 4;

/** A corpus's BLEU and its components. */
export interface BleuScore {
  /** 0 to 100. */
  readonly score: number;
  /** The n-gram precisions, in percent, for n = 1 to 4. */
  readonly precisions: readonly number[];
  /** The brevity penalty: below 1 if the hypotheses are shorter than the references. */
  readonly brevityPenalty: number;
  readonly hypothesisLength: number;
  readonly referenceLength: number;
  /** The signature of the computation, in sacreBLEU's format. */
  readonly signature: string;
}

/** How texts are split. */
export interface BleuOptions {
  /**
   * `13a` splits words and marks, for languages written in words; `char` splits characters, for those whose words are
   * seldom alike (Korean, with its particles) or not told apart (Chinese, Japanese). Default: `13a`.
   */
  readonly tokenize?: keyof typeof TOKENIZERS;
}

const TOKENIZERS = {
  "13a": (text: string) => tokenize13a(withoutTrailingSpace(text)),
  char: (text: string) => Array.from(words(text).join("")), // by code points, as in Python
};

/**
 * The BLEU of a corpus (https://aclanthology.org/P02-1040), equal to sacreBLEU's with exponential smoothing.
 *
 * @param hypotheses one text for each segment, not tokenized
 * @param references one list for each reference translation, each with a text for each segment
 */
export function bleu(
  hypotheses: readonly string[],
  references: readonly (readonly string[])[],
  { tokenize = "13a" }: BleuOptions = {},
): BleuScore {
  checkArray("bleu", "hypotheses", hypotheses);
  if (!Object.hasOwn(TOKENIZERS, tokenize)) {
    throw new RangeError(`bleu: expected tokenize to be 13a or char, got ${describeArgument(tokenize)}`);
  }
  const split = TOKENIZERS[tokenize];
  const matches = zeros();
  const totals = zeros();
  let hypothesisLength = 0;
  let referenceLength = 0;
  referencesOf("bleu", hypotheses, references).forEach((texts, i) => {
    const tokens = split(hypotheses[i] ?? "");
    const referenceTokens = texts.map(split);
    hypothesisLength += tokens.length;
    referenceLength += closestLength(tokens.length, referenceTokens);
    const expected = mostOfEach(referenceTokens.map((words) => countNgrams(words, MAX_ORDER, " ")));
    countNgrams(tokens, MAX_ORDER, " ").forEach((counts, n) => {
      matches[n] = (matches[n] ?? 0) + matchCount(counts, expected[n] ?? new Map());
      totals[n] = (totals[n] ?? 0) + totalCount(counts);
    });
  });
  const precisions = smoothedPrecisions(matches, totals);
  const brevityPenalty = penaltyOf(hypothesisLength, referenceLength);
  const score = matches.every((count) => count === 0) ? 0 : brevityPenalty * geometricMean(precisions);
  const signature = `nrefs:${references.length}|case:mixed|eff:no|tok:${tokenize}|smooth:exp|version:${SACREBLEU_VERSION}`;
  return { score, precisions, brevityPenalty, hypothesisLength, referenceLength, signature };
}

/** The length of the reference nearest to the hypothesis; of two as near, the shorter. */
function closestLength(length: number, references: readonly string[][]): number {
  const lengths = references.map((reference) => reference.length).sort((a, b) => a - b);
  return lengths.reduce((best, next) => (Math.abs(next - length) < Math.abs(best - length) ? next : best));
}

/** The greatest count of each n-gram over the references, which limits its matches. */
function mostOfEach(references: readonly NgramCounts[][]): NgramCounts[] {
  return Array.from({ length: MAX_ORDER }, (_, n) => {
    const most = new Map<string, number>();
    for (const reference of references) {
      for (const [ngram, count] of reference[n] ?? []) most.set(ngram, Math.max(count, most.get(ngram) ?? 0));
    }
    return most;
  });
}

/** Smoothed precisions in percent. An order without a match gets half of one match of the order before, and so on. */
function smoothedPrecisions(matches: readonly number[], totals: readonly number[]): number[] {
  const precisions = zeros();
  if (matches.every((count) => count === 0)) return precisions;
  let smoothing = 1;
  for (let n = 0; n < MAX_ORDER; n++) {
    const total = totals[n] ?? 0;
    const count = matches[n] ?? 0;
    if (total === 0) break;
    if (count === 0) smoothing *= 2;
    precisions[n] = count === 0 ? 100 / (smoothing * total) : (100 * count) / total;
  }
  return precisions;
}

function penaltyOf(hypothesisLength: number, referenceLength: number): number {
  if (hypothesisLength >= referenceLength) return 1;
  return hypothesisLength === 0 ? 0 : Math.exp(1 - referenceLength / hypothesisLength);
}

/** The geometric mean; 0 if one number is, since no segment may be long enough for its order. */
function geometricMean(numbers: readonly number[]): number {
  return Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);
}

/** A zero for each order. */
function zeros(): number[] {
  return Array.from({ length: MAX_ORDER }, () => 0);
}
