// Pairs of sentences to learn translation from: those of Tatoeba if QKV_DATA names a folder that has them, else an invented
// language, whose sentences are the English ones backwards, word for word.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { inventedPairs, type Pair, type PairSets, splitPairs } from "./pairs.ts";

export { type Pair, Vocabulary } from "./pairs.ts";

/** Pairs to learn from and pairs to be tested on, of at most `maxWords` words on either side. */
export function readPairs(count: number, maxWords: number): PairSets {
  const file = tatoebaFile();
  return file === undefined ? inventedPairs(count, maxWords) : splitPairs("Tatoeba", tatoeba(file), count, maxWords);
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
