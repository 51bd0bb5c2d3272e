import { type SentencePair, readPairs } from "./pairs.ts";
import type { TranslationTrainingConfig } from "./trainingConfig.ts";

/** The pairs to train on, and those to validate on. */
export interface Splits {
  readonly training: readonly SentencePair[];
  readonly validation: readonly SentencePair[];
}

/** Reads the pairs that a config names: split by the SHA-256 rule, or from files of their own. */
export async function readSplits(
  { data, validation: { pairs: validationPairs } }: TranslationTrainingConfig,
  folder: string,
): Promise<Splits> {
  const own = data.validation;
  const training = await readPairs(data.pairs, folder, own ? undefined : "training");
  const validation = own ? await readPairs(own, folder) : await readPairs(data.pairs, folder, "validation");
  return { training, validation: spread(validation, validationPairs) };
}

/** About `count` items at equal distances: files are often sorted by length. */
function spread<T>(items: readonly T[], count: number): T[] {
  const stride = Math.max(1, items.length / count);
  return Array.from({ length: Math.min(count, items.length) }, (_, i) => items[Math.floor(i * stride)] as T);
}
