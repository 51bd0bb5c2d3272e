// Pairs of sentences to learn translation from, and their words by number: what is the same in Node and in a page.
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { RandomStream } from "@qkv/nn";

/** A sentence and its translation, as words. */
export interface Pair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** Pairs to learn from, pairs to be tested on, and what they are called. */
export interface PairSets {
  readonly train: Pair[];
  readonly test: Pair[];
  readonly name: string;
}

/** `count` of the pairs to learn from, and a tenth of it to be tested on, of at most `maxWords` words on either side. */
export function splitPairs(name: string, all: readonly Pair[], count: number, maxWords: number): PairSets {
  const pairs = all.filter(({ source, target }) => source.length <= maxWords && target.length <= maxWords);
  // A sentence belongs to the test by its own hash, so that no translation of it is learned.
  const isTest = ({ source }: Pair) => (sha256(utf8ToBytes(source.join(" ")))[0] ?? 0) < 13;
  const [test, train] = [pairs.filter(isTest), pairs.filter((pair) => !isTest(pair))];
  return { name, train: spread(train, count), test: spread(test, count / 10) };
}

/** Pairs of an invented language, whose sentences are the English ones backwards, word for word. */
export function inventedPairs(count: number, maxWords: number): PairSets {
  return splitPairs("an invented language", invented(2 * count, maxWords), count, maxWords);
}

function invented(count: number, maxWords: number): Pair[] {
  const random = new RandomStream(11);
  return Array.from({ length: count }, () => {
    const length = 2 + Math.floor(random.uniform() * (maxWords - 1));
    const numbers = Array.from({ length }, () => Math.floor(random.uniform() * 12));
    return { source: numbers.map((n) => `word${n}`), target: numbers.map((n) => `mot${n}`).reverse() };
  });
}

/** `count` of the pairs, at equal distances. */
function spread(pairs: Pair[], count: number): Pair[] {
  const size = Math.min(Math.floor(count), pairs.length);
  return Array.from({ length: size }, (_, i) => pairs[Math.floor((i * pairs.length) / size)] as Pair);
}

/** Words by number; 0 is padding, 1 stands for rare words, 2 begins a sentence and 3 ends it. */
export class Vocabulary {
  readonly words: readonly string[];
  readonly #ids: ReadonlyMap<string, number>;

  constructor(sentences: readonly (readonly string[])[], size: number) {
    const counts = new Map<string, number>();
    for (const word of sentences.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
    const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, size - 4);
    this.words = ["<pad>", "<unk>", "<s>", "</s>", ...frequent.map(([word]) => word)];
    this.#ids = new Map(this.words.map((word, id) => [word, id]));
  }

  /** The numbers of a sentence and of its end. */
  encode(sentence: readonly string[]): number[] {
    return [...sentence.map((word) => this.#ids.get(word) ?? 1), 3];
  }
}
