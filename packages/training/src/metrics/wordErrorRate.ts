import { checkArray } from "@qkv/ops";
import { words } from "./words.ts";

/** How far texts are from what was said. */
export interface WordErrorRate {
  /** Edits by words of the references; above 1 where texts are much too long. */
  readonly rate: number;
  /** Words put in, left out or replaced. */
  readonly edits: number;
  /** Words of the references. */
  readonly words: number;
}

/**
 * The word error rate of a corpus: the fewest words that have to be put in, left out or replaced, by the words of the references
 * (Levenshtein 1966). Equal to jiwer's `wer` of texts on one line: words are what white space
 * parts, case and punctuation count.
 *
 * @param hypotheses a text for each sound
 * @param references what was said in each
 * @throws RangeError if there are not as many of both, or no reference has a word
 */
export function wordErrorRate(hypotheses: readonly string[], references: readonly string[]): WordErrorRate {
  checkArray("wordErrorRate", "hypotheses", hypotheses);
  checkArray("wordErrorRate", "references", references);
  if (hypotheses.length !== references.length) {
    throw new RangeError(`wordErrorRate: expected ${hypotheses.length} references, got ${references.length}`);
  }
  let [edits, count] = [0, 0];
  for (const [i, reference] of references.entries()) {
    const expected = words(reference);
    edits += editsBetween(words(hypotheses[i] ?? ""), expected);
    count += expected.length;
  }
  if (count === 0) throw new RangeError("wordErrorRate: expected references with words, got none");
  return { rate: edits / count, edits, words: count };
}

/** The fewest edits that make one list of the other, row by row of their table. */
function editsBetween(from: readonly string[], to: readonly string[]): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (const [i, word] of from.entries()) {
    const next = [i + 1];
    for (const [j, other] of to.entries()) {
      const replaced = (row[j] as number) + Number(word !== other);
      next.push(Math.min(replaced, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
