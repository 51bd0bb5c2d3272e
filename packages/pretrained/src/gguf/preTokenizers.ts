/** How a BPE cuts text into words, by the name that llama.cpp gives it: parts of a tokenizer.json. */
export interface PreTokenizer {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object;
  /** Whether a word that is a token is taken whole. */
  readonly ignoreMerges?: boolean;
  /** Whether texts begin with the first token where the file does not say. */
  readonly addBos?: boolean;
}

const byteLevel = (useRegex: boolean, addPrefixSpace: boolean) => ({
  type: "ByteLevel",
  ...{ add_prefix_space: addPrefixSpace, trim_offsets: true, use_regex: useRegex },
});

/** Cuts by an expression, then maps bytes to letters. */
const split = (Regex: string, addPrefixSpace: boolean) => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false },
    byteLevel(false, addPrefixSpace),
  ],
});

/** A run of punctuation alone, words, and digits in threes from the left. */
const falconWords = (addPrefixSpace: boolean) => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Punctuation", behavior: "Contiguous" },
    byteLevel(true, addPrefixSpace),
    { type: "Digits", individual_digits: false },
    { type: "Split", pattern: { Regex: "[0-9][0-9][0-9]" }, behavior: "Isolated", invert: false },
  ],
});

const digitsAlone = (addPrefixSpace: boolean) => ({
  type: "Sequence",
  pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true, addPrefixSpace)],
});

const SUFFIXES = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const REST = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const words = (digits: string) => `${SUFFIXES}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}|${REST}`;
const UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
const LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
const LEAD = "[^\\r\\n\\p{L}\\p{N}]?";
const TEKKEN = `${LEAD}${UPPER}*${LOWER}+|${LEAD}${UPPER}+${LOWER}*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;

const GPT_4O = `${LEAD}${UPPER}*${LOWER}+${SUFFIXES}?|${LEAD}${UPPER}+${LOWER}*${SUFFIXES}?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const BLOOM = " ?[^(\\s|[.,!?…。，、।۔،])]+";
const NFC = { type: "NFC" };

type Kind = (addPrefixSpace: boolean) => PreTokenizer;

const gpt2: Kind = (space) => ({ normalizer: null, pre_tokenizer: byteLevel(true, space) });
const smollm: Kind = (space) => ({ normalizer: null, pre_tokenizer: digitsAlone(space) });
const llama3: Kind = (space) => ({
  ...{ normalizer: null, ignoreMerges: true, addBos: true },
  pre_tokenizer: split(words("\\p{N}{1,3}"), space),
});
const qwen2: Kind = (space) => ({ normalizer: NFC, pre_tokenizer: split(words("\\p{N}"), space) });
const tekken: Kind = (space) => ({
  ...{ normalizer: null, ignoreMerges: true, addBos: true },
  pre_tokenizer: split(TEKKEN, space),
});

const neoX: Kind = (space) => ({ normalizer: NFC, pre_tokenizer: byteLevel(true, space) });
const cl100k: Kind = (space) => ({ normalizer: null, pre_tokenizer: split(words("\\p{N}{1,3}"), space) });
const gpt4o: Kind = (space) => ({ normalizer: null, pre_tokenizer: split(GPT_4O, space) });
const commandR: Kind = (space) => ({ normalizer: NFC, pre_tokenizer: digitsAlone(space) });
const falcon: Kind = (space) => ({ normalizer: null, pre_tokenizer: falconWords(space) });
const bloom: Kind = (space) => ({ normalizer: null, pre_tokenizer: split(BLOOM, space) });

/** By `tokenizer.ggml.pre`. */
export const PRE_TOKENIZERS: Readonly<Record<string, Kind>> = {
  "gpt-2": gpt2,
  "llama-bpe": llama3,
  "llama-v3": llama3,
  llama3,
  qwen2,
  smollm,
  starcoder: smollm,
  tekken,
  "phi-2": gpt2,
  mpt: neoX,
  olmo: neoX,
  dbrx: cl100k,
  "smaug-bpe": cl100k,
  "gpt-4o": gpt4o,
  llama4: gpt4o,
  refact: smollm,
  "command-r": commandR,
  falcon,
  bloom,
  stablelm2: qwen2,
};
