import { Tokenizer, trainBpe } from "@qkv/tokenizers";
import { TRAINING_PIPELINES } from "../trainingPipelines.ts";
import type { TextTrainingConfig } from "./trainingConfig.ts";

/** What stands for a character that the training text does not have. */
const UNKNOWN = "<unk>";

/** A tokenizer that is learned from a text: its characters, or byte-level BPE. */
export async function trainVocabulary(text: string, config: TextTrainingConfig["tokenizer"]): Promise<Tokenizer> {
  if (config.kind === "characters") return characterTokenizer(text);
  const { vocabSize, minFrequency } = config;
  const { unkToken: _, specialTokens, ...pipeline } = TRAINING_PIPELINES.bpe;
  return trainBpe(text.split(/(?<=\n)/), { ...pipeline, specialTokens: [...specialTokens], vocabSize, minFrequency });
}

/** One token for each character of a text, in the order of their code points. */
export function characterTokenizer(text: string): Tokenizer {
  const characters = [...new Set(text)].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  return Tokenizer.fromJSON({
    version: "1.0",
    ...{ truncation: null, padding: null, normalizer: null, post_processor: null },
    added_tokens: [
      { id: 0, content: UNKNOWN, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false },
    ],
    pre_tokenizer: { type: "Split", pattern: { Regex: "[\\s\\S]" }, behavior: "Isolated", invert: false },
    decoder: { type: "Fuse" },
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries([UNKNOWN, ...characters].map((character, id) => [character, id])),
      unk_token: UNKNOWN,
    },
  });
}
