import { checkArray } from "@qkv/ops";
import { countNgrams, matchCount, type NgramCounts, totalCount } from "./ngrams.ts";
import { referencesOf, SACREBLEU_VERSION } from "./references.ts";
import { words } from "./words.ts";

const MAX_ORDER = 6;
const BETA = 2;

/** A corpus's chrF. */
export interface ChrFScore {
  /** 0 to 100. */
  readonly score: number;
  /** The signature of the computation, in sacreBLEU's format. */
  readonly signature: string;
}

/** Counts of n-grams of one order. */
interface Counts {
  readonly hypothesis: number;
  readonly reference: number;
  readonly matches: number;
}

/**
 * The chrF of a corpus (https://aclanthology.org/W15-3049), equal to sacreBLEU's chrF2: n-grams of up to 6 characters
 * without the spaces, recall twice as important as precision.
 *
 * @param hypotheses one text for each segment
 * @param references one list for each reference translation, each with a text for each segment
 */
export function chrF(hypotheses: readonly string[], references: readonly (readonly string[])[]): ChrFScore {
  checkArray("chrF", "hypotheses", hypotheses);
  let sums: readonly Counts[] = Array.from({ length: MAX_ORDER }, () => ({ hypothesis: 0, reference: 0, matches: 0 }));
  referencesOf("chrF", hypotheses, references).forEach((texts, i) => {
    const ngrams = characterNgrams(hypotheses[i] ?? "");
    const best = bestOf(texts.map((text) => compare(ngrams, characterNgrams(text))));
    sums = sums.map((sum, n) => plus(sum, best[n] ?? sum));
  });
  const signature = `nrefs:${references.length}|case:mixed|eff:yes|nc:${MAX_ORDER}|nw:0|space:no|version:${SACREBLEU_VERSION}`;
  return { score: fScore(sums), signature };
}

function characterNgrams(text: string): NgramCounts[] {
  return countNgrams(Array.from(words(text).join("")), MAX_ORDER, ""); // by code points, as in Python
}

function compare(hypothesis: readonly NgramCounts[], reference: readonly NgramCounts[]): Counts[] {
  return hypothesis.map((counts, n) => {
    const expected = reference[n] ?? new Map<string, number>();
    return {
      hypothesis: expected.size === 0 ? 0 : totalCount(counts), // without references of this order none is counted
      reference: totalCount(expected),
      matches: matchCount(counts, expected),
    };
  });
}

/** The counts with the best F score over the references; the first of equals. */
function bestOf(candidates: readonly (readonly Counts[])[]): readonly Counts[] {
  return candidates.reduce((best, next) => (fScore(next) > fScore(best) ? next : best));
}

/** The F score of the mean precision and the mean recall, over the orders that both sides have. */
function fScore(counts: readonly Counts[]): number {
  const present = counts.filter(({ hypothesis, reference }) => hypothesis > 0 && reference > 0);
  if (present.length === 0) return 0;
  const precision = mean(present.map(({ matches, hypothesis }) => matches / hypothesis));
  const recall = mean(present.map(({ matches, reference }) => matches / reference));
  if (precision + recall === 0) return 0;
  return (100 * (1 + BETA ** 2) * precision * recall) / (BETA ** 2 * precision + recall);
}

function plus(a: Counts, b: Counts): Counts {
  return {
    hypothesis: a.hypothesis + b.hypothesis,
    reference: a.reference + b.reference,
    matches: a.matches + b.matches,
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
