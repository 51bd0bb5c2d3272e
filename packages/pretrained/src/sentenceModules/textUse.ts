import type { ModelTask, Scoring } from "@qkv/transformer";
import type { ModelFiles, ReadOptions } from "../files/modelFiles.ts";
import { readMaxTokens } from "./maxTokens.ts";
import { readPairScoring } from "./pairScoring.ts";
import { readSentenceModules, type SentenceModules } from "./sentenceModules.ts";

/** How a model that reads whole texts is to be used, as its folder says. */
export interface TextUse {
  readonly maxTokens?: number;
  readonly sentenceModules?: SentenceModules;
  readonly pairScoring?: Scoring;
}

/**
 * Reads how a model is to be used: the longest text, of an encoder the modules that make one vector of a text, of a classifier how
 * the number for a pair of texts becomes a score.
 *
 * @param json `config.json`
 */
export async function readTextUse(
  task: ModelTask,
  files: ModelFiles,
  json: Readonly<Record<string, unknown>>,
  options: ReadOptions,
): Promise<TextUse> {
  const maxTokens = await readMaxTokens(files, options);
  const sentenceModules = task === "textEncoder" ? await readSentenceModules(files, options) : undefined;
  const pairScoring = task === "sequenceClassification" ? await readPairScoring(files, json, options) : undefined;
  return {
    ...(maxTokens !== undefined && { maxTokens }),
    ...(sentenceModules !== undefined && { sentenceModules }),
    ...(pairScoring !== undefined && { pairScoring }),
  };
}
