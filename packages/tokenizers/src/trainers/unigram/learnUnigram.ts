import type { UnigramTrainerOptions } from "./options.ts";
import { TrainingLattice, UNKNOWN } from "./lattice.ts";
import { type CountedWord, leastScore, type Pieces, seedPieces } from "./seedPieces.ts";
import { prune, STRIDE } from "./prune.ts";

/** Result of {@link learnUnigram}. */
export interface LearnedUnigram {
  /** By id. */
  readonly vocab: readonly (readonly [token: string, score: number])[];
  readonly unkId: number | undefined;
}

type Steps<T> = Generator<readonly [done: number, total: number], T>;

// Pieces expected less often than this, in all texts, are dropped:
// https://github.com/google/sentencepiece/blob/v0.2.0/src/unigram_model_trainer.cc (kExpectedFrequencyThreshold)
const MIN_EXPECTED = 0.5;

// The step between the scores of characters without a piece.
const PENALTY_STEP = 0.0001;

/**
 * Learns a Unigram vocabulary from counted words: "Subword Regularization" (https://arxiv.org/abs/1804.10959), section
 * 3.2. It starts from all characters and the substrings that cover most; in turns, EM estimates the pieces' likelihoods,
 * and those are pruned whose loss reduces the likelihood of the words least.
 *
 * Sums run in the order of the words, Hugging Face's in one that changes from run to run: scores agree to about 1e-9,
 * and pieces that are equally good up to such differences may change places.
 *
 * Yields the number of rounds of EM so far, and the estimated total.
 */
export function* learnUnigram(
  counts: ReadonlyMap<string, number>,
  options: UnigramTrainerOptions = {},
): Steps<LearnedUnigram> {
  const { vocabSize = 8000, shrinkingFactor = 0.75, nSubIterations = 2 } = options;
  const words = [...counts];
  const required = requiredChars(words, options);
  checkOptions(required.size, options);
  const pieces = seedPieces(words, options);
  const enough = Math.floor((vocabSize * 11) / 10); // the best of these are chosen last, by score
  // Each pruning leaves a share of `shrinkingFactor`, or less.
  const roundsLeft = (): number =>
    nSubIterations * (1 + Math.max(0, Math.ceil(Math.log(enough / pieces.ids.length) / Math.log(shrinkingFactor))));
  let total = roundsLeft();

  let lattice = new TrainingLattice(pieces.texts, pieces.ids, pieces.scores);
  let latticeSize = pieces.ids.length;
  let done = 0;
  for (;;) {
    for (let i = 0; i < nSubIterations; i++) {
      if (pieces.ids.length < 0.8 * latticeSize) {
        lattice = new TrainingLattice(pieces.texts, pieces.ids, pieces.scores);
        latticeSize = pieces.ids.length;
      }
      lattice.setLeast(leastScore(pieces));
      const expected = new Float64Array(pieces.texts.length);
      for (const [at, [word, count]] of words.entries()) {
        if (at % STRIDE === 0) yield [done, total];
        lattice.addExpected(word, count, expected);
      }
      maximize(pieces, expected);
      done++;
    }
    if (pieces.ids.length <= enough) break;
    lattice.setLeast(leastScore(pieces));
    const size = Math.max(enough, Math.floor(pieces.ids.length * shrinkingFactor));
    for (const _ of prune(pieces, words, lattice, size)) yield [done, total];
    total = done + roundsLeft();
  }
  yield [done, done];
  return finish(pieces, required, options);
}

function checkOptions(chars: number, options: UnigramTrainerOptions): void {
  const { vocabSize = 8000, shrinkingFactor = 0.75, specialTokens = [] } = options;
  const least = Math.max(chars, specialTokens.length + 1);
  if (!(vocabSize >= least)) {
    throw new RangeError(`trainUnigram: expected vocabSize to be at least ${least} for these texts, got ${vocabSize}`);
  }
  if (!(shrinkingFactor > 0 && shrinkingFactor < 1)) {
    throw new RangeError(`trainUnigram: expected shrinkingFactor to be between 0 and 1, got ${shrinkingFactor}`);
  }
}

/** The characters that have to be in the vocabulary, in the order of their code points. */
function requiredChars(words: readonly CountedWord[], { initialAlphabet = [] }: UnigramTrainerOptions): Set<string> {
  const chars = new Set<string>();
  for (const [word] of words) for (const char of word) chars.add(char);
  for (const [char] of initialAlphabet.map((text) => [...text])) if (char !== undefined) chars.add(char);
  return new Set([...chars].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0)));
}

/** The M step, with a sparse prior: https://cs.stanford.edu/~pliang/papers/tutorial-acl2007-talk.pdf */
function maximize(pieces: Pieces, expected: Float64Array): void {
  const { scores } = pieces;
  let sum = 0;
  pieces.ids = pieces.ids.filter((id) => {
    if (id === UNKNOWN) return true;
    const often = expected[id] ?? 0;
    if (often < MIN_EXPECTED) scores[id] = -Infinity;
    else sum += often;
    return often >= MIN_EXPECTED;
  });
  const all = digamma(sum);
  for (const id of pieces.ids) if (id !== UNKNOWN) scores[id] = digamma(expected[id] ?? 0) - all;
}

/** The special tokens, and the pieces by score: all that are required and as many others as there is room for. */
function finish(pieces: Pieces, required: ReadonlySet<string>, options: UnigramTrainerOptions): LearnedUnigram {
  const { vocabSize = 8000, specialTokens = [], unkToken } = options;
  const { texts, scores, ids } = pieces;
  const trained = new Map(ids.filter((id) => id !== UNKNOWN).map((id) => [texts[id] ?? "", scores[id] ?? 0]));
  const least = leastScore(pieces);
  const vocab = new Map<string, number>();
  let penalty = 0;
  for (const char of required) {
    const score = trained.get(char);
    vocab.set(char, score ?? least + penalty);
    if (score === undefined) penalty += PENALTY_STEP;
  }
  const unkIndex = unkToken === undefined ? -1 : specialTokens.indexOf(unkToken);
  const specials = unkToken === undefined || unkIndex >= 0 ? specialTokens : [unkToken, ...specialTokens];
  for (const [text, score] of trained) {
    if (vocab.has(text)) continue;
    vocab.set(text, score);
    if (vocab.size === vocabSize - specials.length) break;
  }
  const byScore = [...vocab].sort(([, a], [, b]) => b - a);
  return {
    vocab: [...specials.map((token) => [token, 0] as const), ...byScore],
    unkId: unkToken === undefined ? undefined : Math.max(0, unkIndex),
  };
}

/** The derivative of log Γ, by the asymptotic series at x + 7 or more and the recurrence down to x. */
function digamma(x: number): number {
  let result = 0;
  while (x < 7) result -= 1 / x++;
  x -= 0.5;
  const square = 1 / (x * x);
  const series = [1 / 24, -7 / 960, 31 / 8064, -127 / 30720];
  return result + Math.log(x) + series.reduceRight((sum, factor) => (sum + factor) * square, 0);
}
