// Pairs of sentences to learn translation from: those of Tatoeba if QKV_DATA names a folder that has them, else an invented
// language, whose sentences are the English ones backwards, word for word.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RandomStream } from "@qkv/nn";
import { strFromU8, unzipSync } from "fflate";

/** A sentence and its translation, as words. */
export interface Pair {
  readonly source: readonly string[];
  readonly target: readonly string[];
}

/** Pairs to learn from and pairs to be tested on, of at most `maxWords` words on either side. */
export function readPairs(count: number, maxWords: number): { train: Pair[]; test: Pair[]; name: string } {
  const file = tatoebaFile();
  const pairs = (file === undefined ? invented(2 * count, maxWords) : tatoeba(file)).filter(
    ({ source, target }) => source.length <= maxWords && target.length <= maxWords,
  );
  // A sentence belongs to the test by its own hash, so that no translation of it is learned.
  const isTest = ({ source }: Pair) => (createHash("sha256").update(source.join(" ")).digest()[0] ?? 0) < 13;
  const [test, train] = [pairs.filter(isTest), pairs.filter((pair) => !isTest(pair))];
  return {
    train: spread(train, count),
    test: spread(test, count / 10),
    name: file === undefined ? "an invented language" : "Tatoeba",
  };
}

/** The file of Tatoeba's pairs, if there is one. */
export function tatoebaFile(): string | undefined {
  const file = join(process.env["QKV_DATA"] ?? "", "tatoeba", "fra-eng.zip");
  return process.env["QKV_DATA"] !== undefined && existsSync(file) ? file : undefined;
}

function tatoeba(file: string): Pair[] {
  const text = strFromU8(unzipSync(readFileSync(file))["fra-eng/fra.txt"] ?? new Uint8Array());
  return text.split("\n").flatMap((line) => {
    const [english, french] = line.split("\t");
    return english && french ? [{ source: words(english), target: words(french) }] : [];
  });
}

function words(sentence: string): string[] {
  return sentence
    .toLowerCase()
    .replace(/[\u202f\u00a0]/g, " ")
    .replace(/([,.!?])/g, " $1")
    .split(" ")
    .filter(Boolean);
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
