import { byteLevelAlphabet, type PipelineOptions, templateProcessing } from "@qkv/tokenizers";

/** What kinds of tokenizers there are to train. */
export type TokenizerModel = "bpe" | "wordpiece" | "unigram" | "wordlevel";

/** What goes around a model, and the special tokens it comes with, where nothing else is asked for. */
export interface TrainingPipeline extends PipelineOptions {
  readonly specialTokens: readonly string[];
  readonly unkToken?: string;
  readonly initialAlphabet?: readonly string[];
}

const METASPACE = { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true } as const;
const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true } as const;

/** The usual pipeline of each model: those of GPT-2, BERT and T5, and words between spaces. */
export const TRAINING_PIPELINES: Readonly<Record<TokenizerModel, TrainingPipeline>> = {
  bpe: {
    specialTokens: ["<|endoftext|>"],
    initialAlphabet: byteLevelAlphabet(),
    normalizer: { type: "NFC" },
    preTokenizer: BYTE_LEVEL,
    decoder: BYTE_LEVEL,
  },
  wordpiece: {
    specialTokens: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    unkToken: "[UNK]",
    normalizer: { type: "BertNormalizer", clean_text: true, handle_chinese_chars: true, lowercase: true },
    preTokenizer: { type: "BertPreTokenizer" },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    postProcessor: templateProcessing({
      single: "[CLS] $A [SEP]",
      pair: "[CLS] $A [SEP] $B:1 [SEP]:1",
      specialTokens: { "[CLS]": 2, "[SEP]": 3 },
    }),
  },
  unigram: {
    specialTokens: ["<pad>", "</s>", "<unk>"],
    unkToken: "<unk>",
    normalizer: { type: "NFKC" },
    preTokenizer: METASPACE,
    decoder: METASPACE,
    postProcessor: templateProcessing({
      single: "$A </s>",
      pair: "$A </s> $B </s>",
      specialTokens: { "</s>": 1 },
    }),
  },
  wordlevel: {
    specialTokens: ["<unk>"],
    unkToken: "<unk>",
    preTokenizer: { type: "WhitespaceSplit" },
  },
};
