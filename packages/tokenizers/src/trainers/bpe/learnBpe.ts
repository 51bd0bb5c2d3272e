import { MergeQueue } from "./mergeQueue.ts";
import { TrainingWords } from "./words.ts";

/** Options of BPE training. The names and the results are those of Hugging Face's BpeTrainer. */
export interface BpeTrainerOptions {
  /** The most tokens, special tokens and alphabet included. Default 30,000. */
  readonly vocabSize?: number;
  /** The least count of a pair to be merged. Default 0. */
  readonly minFrequency?: number;
  /** Tokens that get the first ids, in this order. */
  readonly specialTokens?: readonly string[];
  /** Characters that are in the vocabulary whether the texts have them or not. */
  readonly initialAlphabet?: readonly string[];
  /** The most characters to keep, the most frequent ones. */
  readonly limitAlphabet?: number;
  /** Prefix of every character but the first of a word. */
  readonly continuingSubwordPrefix?: string;
  /** Suffix of the last character of a word. */
  readonly endOfWordSuffix?: string;
  /** The longest token in characters; merges to longer ones are not made. */
  readonly maxTokenLength?: number;
}

/** Result of {@link learnBpe}. */
export interface LearnedBpe {
  /** By id. */
  readonly tokens: readonly string[];
  /** Merges in order of rank, three ids each: the left token, the right one, the result. */
  readonly merges: readonly number[];
}

// Pairs of ids are numbers in maps: left * 2^26 + right is exact up to 67 million tokens.
const PAIR = 2 ** 26;

/**
 * Learns a BPE vocabulary from counted words.
 *
 * The most frequent pair is merged first, and of equally frequent pairs the one with the lowest ids. A
 * pair keeps its place in the queue under the count it had when it was found; it is put back with its
 * present count when it comes up. Both are Hugging Face's rules, so that merges and ids are the same.
 *
 * Yields after each merge the number of tokens so far, of the most.
 */
export function* learnBpe(
  counts: ReadonlyMap<string, number>,
  options: BpeTrainerOptions = {},
): Generator<readonly [done: number, total: number], LearnedBpe> {
  const { vocabSize = 30_000, minFrequency = 0, continuingSubwordPrefix = "", maxTokenLength = Infinity } = options;
  const tokens: string[] = [];
  const ids = new Map<string, number>();
  const idOf = (token: string): number => {
    let id = ids.get(token);
    if (id === undefined) ids.set(token, (id = tokens.push(token) - 1));
    return id;
  };

  for (const token of options.specialTokens ?? []) idOf(token);
  const alphabet = new Set(chooseAlphabet(counts, options));
  for (const char of alphabet) idOf(char);
  const words = new TrainingWords(counts, (word) => spell(word, alphabet, options, idOf));

  const pairCounts = new Map<number, number>();
  let found = new Map<number, number[]>();
  const change = (word: number, left: number, right: number, by: number): void => {
    const pair = left * PAIR + right;
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + by * words.countOf(word));
    if (by < 0) return;
    const where = found.get(pair);
    if (where === undefined) found.set(pair, [word]);
    else if (where[where.length - 1] !== word) where.push(word);
  };
  const queue = new MergeQueue();
  const enqueue = (): void => {
    for (const [pair, where] of found) {
      const count = pairCounts.get(pair) ?? 0;
      const right = pair % PAIR;
      if (count > 0) queue.push({ left: (pair - right) / PAIR, right, count, words: where });
    }
    found = new Map();
  };

  words.forEachPair((word, left, right) => change(word, left, right, 1));
  enqueue();
  const merges: number[] = [];
  while (tokens.length < vocabSize) {
    const top = queue.pop();
    if (top === undefined) break;
    const { left, right } = top;
    const count = pairCounts.get(left * PAIR + right) ?? 0;
    if (top.count !== count) {
      top.count = count;
      queue.push(top);
      continue;
    }
    if (count < 1 || count < minFrequency) break;
    const tail = tokens[right] ?? "";
    const cut = tail.startsWith(continuingSubwordPrefix) ? continuingSubwordPrefix.length : 0;
    const result = idOf(`${tokens[left] ?? ""}${tail.slice(cut)}`);
    merges.push(left, right, result);
    for (const word of top.words) words.merge(word, left, right, result, maxTokenLength, change);
    enqueue();
    yield [tokens.length, vocabSize];
  }
  return { tokens, merges };
}

/** The characters to start from, in the order of their code points. */
function chooseAlphabet(counts: ReadonlyMap<string, number>, options: BpeTrainerOptions): string[] {
  const seen = new Map<string, number>();
  for (const [word, count] of counts) {
    for (const char of word) seen.set(char, (seen.get(char) ?? 0) + count);
  }
  for (const [char] of (options.initialAlphabet ?? []).map((text) => [...text])) {
    if (char !== undefined) seen.set(char, Infinity);
  }
  const codePoint = (char: string): number => char.codePointAt(0) ?? 0;
  const byCount = [...seen].sort(([a, m], [b, n]) => (m === n ? codePoint(a) - codePoint(b) : n - m));
  return byCount
    .slice(0, options.limitAlphabet ?? byCount.length)
    .map(([char]) => char)
    .sort((a, b) => codePoint(a) - codePoint(b));
}

/** The ids of a word's characters; those outside the alphabet are left out. */
function spell(
  word: string,
  alphabet: ReadonlySet<string>,
  { continuingSubwordPrefix = "", endOfWordSuffix = "" }: BpeTrainerOptions,
  idOf: (token: string) => number,
): number[] {
  const chars = [...word];
  return chars.flatMap((char, i) => {
    if (!alphabet.has(char)) return [];
    const isLast = i === chars.length - 1;
    return idOf((i > 0 ? continuingSubwordPrefix : "") + char + (isLast ? endOfWordSuffix : ""));
  });
}
