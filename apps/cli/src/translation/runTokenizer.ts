import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Tokenizer } from "@qkv/tokenizers";
import { progressBar } from "../progressBar.ts";
import { writeJson } from "../training/runFolder.ts";
import type { SentencePair } from "./pairs/pairs.ts";
import type { Vocabulary } from "./config/trainingConfig.ts";
import { trainVocabulary } from "./vocabulary.ts";
import { tokenizerOptions } from "../tokenizerOptions.ts";

/** The run's tokenizer: read back, or trained on the pairs of the first epoch and written beside the config. */
export async function runTokenizer(
  folder: string,
  vocabulary: Vocabulary,
  pairs: () => readonly SentencePair[],
): Promise<Tokenizer> {
  const file = path.join(folder, "tokenizer.json");
  if (existsSync(file)) return Tokenizer.fromJSON(await readFile(file, "utf8"), tokenizerOptions());
  const bar = progressBar("vocabulary", vocabulary.vocabSize);
  const tokenizer = await trainVocabulary(pairs(), vocabulary, (done) => bar.update(done));
  bar.stop();
  await writeJson(file, tokenizer.toJSON());
  return tokenizer;
}
