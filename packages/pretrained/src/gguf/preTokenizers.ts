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

type Kind = (addPrefixSpace: boolean) => PreTokenizer;

const gpt2: Kind = (space) => ({ normalizer: null, pre_tokenizer: byteLevel(true, space) });
const smollm: Kind = (space) => ({ normalizer: null, pre_tokenizer: digitsAlone(space) });
const llama3: Kind = (space) => ({
  ...{ normalizer: null, ignoreMerges: true, addBos: true },
  pre_tokenizer: split(words("\\p{N}{1,3}"), space),
});
const qwen2: Kind = (space) => ({ normalizer: { type: "NFC" }, pre_tokenizer: split(words("\\p{N}"), space) });
const tekken: Kind = (space) => ({
  ...{ normalizer: null, ignoreMerges: true, addBos: true },
  pre_tokenizer: split(TEKKEN, space),
});

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
};
