import { byteLevelAlphabet, type Tokenizer, trainBpe } from "@qkv/tokenizers";
import type { SentencePair } from "./pairs/pairs.ts";
import type { Vocabulary } from "./config/trainingConfig.ts";

/** The tokens with a meaning of their own, in the order of their ids. */
export const SPECIAL_TOKENS = ["</s>", "<unk>", "<pad>"] as const;

// A word with the space before it and an apostrophe after it (l'homme is l' homme), a digit, marks, or spaces.
const WORDS = "\\s?\\p{L}+'?|\\p{N}|\\s?[^\\s\\p{L}\\p{N}]+|\\s+";

// How people write what is the same character to the model.
const SAME = [
  ["[’‘ʼ]", "'"],
  ["[“”„]", '"'],
  ["[\\u00A0\\u202F\\u2009]", " "],
  ["…", "..."],
  ["！", "!"],
  ["？", "?"],
  ["，", ","],
  ["。", "."],
] as const;

/**
 * A byte-level BPE vocabulary that both languages share: every text can be written in it, and gets its bytes back but for curly quotes, ellipses, unbreakable spaces and full-width marks. Each digit is a token, so that numbers are copied.
 */
export function trainVocabulary(
  pairs: readonly SentencePair[],
  { vocabSize, minFrequency }: Vocabulary,
  onProgress?: (done: number, total: number) => void,
): Promise<Tokenizer> {
  const [endToken] = SPECIAL_TOKENS;
  return trainBpe(texts(pairs), {
    vocabSize,
    minFrequency,
    specialTokens: [...SPECIAL_TOKENS],
    initialAlphabet: byteLevelAlphabet(),
    // The space makes a sentence's first word the same token as anywhere else; the decoder takes it off again.
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "NFC" },
        ...SAME.map(([Regex, content]) => ({ type: "Replace", pattern: { Regex }, content }) as const),
        { type: "Prepend", prepend: " " },
      ],
    },
    preTokenizer: {
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    postProcessor: {
      type: "TemplateProcessing",
      single: [{ Sequence: { id: "A", type_id: 0 } }, { SpecialToken: { id: endToken, type_id: 0 } }],
      pair: [
        { Sequence: { id: "A", type_id: 0 } },
        { SpecialToken: { id: endToken, type_id: 0 } },
        { Sequence: { id: "B", type_id: 1 } },
        { SpecialToken: { id: endToken, type_id: 1 } },
      ],
      special_tokens: { [endToken]: { id: endToken, ids: [0], tokens: [endToken] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
    ...(onProgress && {
      onProgress: ({ stage, done, total = done }) => stage === "learning" && onProgress(done, total),
    }),
  });
}

function* texts(pairs: readonly SentencePair[]): Generator<string> {
  for (const { source, target } of pairs) {
    yield source;
    yield target;
  }
}
