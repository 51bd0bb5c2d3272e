import { hostilePattern } from "./hostilePattern.ts";
import type { HostileRandom } from "./hostileRandom.ts";

type Entry = Record<string, unknown>;
type Make = (random: HostileRandom) => Entry;

const NUMBERS = [0, 1, 2, 3, 7, 512, -1, 1.5, 1e6, 1e9, 2 ** 31 - 1, 2 ** 32, 2 ** 53, "1", null];
const SMALL = [0, 1, 1, 2, 2, 3, 5, 8, 100];
const LETTERS = [
  "",
  "a",
  "a",
  "aa",
  "b",
  "ab",
  "▁",
  " ",
  "Ġ",
  "é",
  "e\u0301",
  "😀",
  "\ud800",
  "##",
  "</w>",
  "한",
  "<s>",
  "\0",
  "ﷺ",
];
const BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"];

/** A text of a file: mostly short, now and then very long. */
export function hostileString(random: HostileRandom): string {
  const text = random.pick(LETTERS);
  return random.chance(0.15) ? text.repeat(random.pick([10, 1000, 50_000, 500_000])) : text;
}

const number = (random: HostileRandom): unknown => random.pick(random.chance(0.8) ? SMALL : NUMBERS);
const flag = (random: HostileRandom): boolean => random.chance(0.5);
const pattern = (random: HostileRandom): Entry =>
  random.chance(0.5) ? { String: hostileString(random) } : { Regex: hostilePattern(random) };

const replace: Make = (random) => ({ type: "Replace", pattern: pattern(random), content: hostileString(random) });
const byteLevel: Make = (random) => ({ type: "ByteLevel", add_prefix_space: flag(random), use_regex: flag(random) });
const metaspace: Make = (random) => ({
  type: "Metaspace",
  replacement: random.pick(["▁", "a", "", "😀", hostileString(random)]),
  prepend_scheme: random.pick(["always", "first", "never"]),
  split: flag(random),
});
const split: Make = (random) => ({
  type: "Split",
  pattern: pattern(random),
  behavior: random.pick(BEHAVIORS),
  invert: flag(random),
});

const NORMALIZERS: readonly Make[] = [
  ...["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "StripAccents", "Nmt", "ByteLevel", "BertNormalizer"].map(
    (type) => () => ({ type }),
  ),
  (random) => ({ type: "Strip", strip_left: flag(random), strip_right: flag(random) }),
  (random) => ({ type: "Prepend", prepend: hostileString(random) }),
  (random) => ({ type: "Precompiled", precompiled_charsmap: charsMap(random), longest_match: flag(random) }),
  replace,
  replace,
];

const PRE_TOKENIZERS: readonly Make[] = [
  ...["BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts"].map((type) => () => ({ type })),
  (random) => ({ type: "CharDelimiterSplit", delimiter: hostileString(random) }),
  (random) => ({ type: "Punctuation", behavior: random.pick(BEHAVIORS) }),
  (random) => ({ type: "Digits", individual_digits: flag(random) }),
  (random) => ({ type: "FixedLength", length: number(random) }),
  byteLevel,
  metaspace,
  split,
  split,
];

const DECODERS: readonly Make[] = [
  ...["ByteLevel", "ByteFallback", "Fuse"].map((type) => () => ({ type })),
  (random) => ({ type: "WordPiece", prefix: hostileString(random), cleanup: flag(random) }),
  (random) => ({ type: "BPEDecoder", suffix: hostileString(random) }),
  (random) => ({
    type: "CTC",
    pad_token: hostileString(random),
    word_delimiter_token: hostileString(random),
    cleanup: flag(random),
  }),
  (random) => ({ type: "Strip", content: hostileString(random), start: number(random), stop: number(random) }),
  metaspace,
  replace,
];

/** A trie and its texts that are none: it may lead round in circles, and its texts have no ends. */
export function charsMap(random: HostileRandom): string {
  const bytes = Array.from({ length: 4 * 256 + random.below(2000) }, () => random.below(random.pick([2, 256])));
  return btoa(String.fromCharCode(0, 4, 0, 0, ...bytes));
}

const PROCESSORS: readonly Make[] = [
  (random) => ({ type: "BertProcessing", cls: ["a", number(random)], sep: ["b", number(random)] }),
  (random) => ({ type: "RobertaProcessing", cls: ["a", 0], sep: ["b", 1], trim_offsets: flag(random) }),
  byteLevel,
  (random) => {
    const piece = (): Entry =>
      flag(random)
        ? { Sequence: { id: random.pick(["A", "B"]), type_id: 0 } }
        : { SpecialToken: { id: "x", type_id: 1 } };
    const ids = random.list(random.pick([2, 20_000]), () => random.pick(NUMBERS.slice(0, 4)));
    return {
      type: "TemplateProcessing",
      single: random.list(random.pick([5, 50, 20_000]), piece),
      pair: random.list(random.pick([5, 50]), piece),
      special_tokens: { x: { id: "x", ids, tokens: ids.map(() => "x") } },
    };
  },
];

const vocabulary = (random: HostileRandom): Record<string, unknown> =>
  Object.fromEntries(
    [["a", 0], ["b", 1], ["[UNK]", 2], ...random.list(40, () => [hostileString(random), random.chance(0.95) ? random.below(60) : number(random)])] as [string, unknown][], // prettier-ignore
  );

const MODELS: readonly Make[] = [
  (random) => {
    const vocab = vocabulary(random);
    const tokens = Object.keys(vocab);
    const pairs = random.list(60, (): [string, string] => [random.pick(tokens), random.pick(tokens)]);
    for (const [i, pair] of pairs.entries()) vocab[pair.join("").slice(0, 1000)] ??= 100 + i;
    const merges = pairs.filter((pair) => Object.hasOwn(vocab, pair.join("")));
    return {
      type: "BPE",
      dropout: random.pick([null, null, 0, 0.5, 1, 2]),
      unk_token: random.pick([null, "[UNK]", "none"]),
      continuing_subword_prefix: random.pick([null, "", "##", hostileString(random)]),
      end_of_word_suffix: random.pick([null, "", "</w>", hostileString(random)]),
      ...{ fuse_unk: flag(random), byte_fallback: flag(random), ignore_merges: flag(random), vocab, merges },
    };
  },
  (random) => ({
    type: "WordPiece",
    unk_token: random.pick(["[UNK]", "[UNK]", "none"]),
    continuing_subword_prefix: random.pick(["##", "", hostileString(random)]),
    max_input_chars_per_word: random.pick([100, 2 ** 31 - 1, number(random)]),
    vocab: { ...vocabulary(random), "##a": 70, "##b": 71 },
  }),
  (random) => ({ type: "WordLevel", unk_token: "[UNK]", vocab: vocabulary(random) }),
  (random) => ({
    type: "Unigram",
    unk_id: random.pick([0, 0, null, number(random)]),
    byte_fallback: flag(random),
    vocab: [["<unk>", 0], ["a", -1], ...random.list(60, () => [hostileString(random), random.pick([-1, -2.5, 0, 1e300, -1e9])])], // prettier-ignore
    ...(flag(random) && { user_defined: random.list(4, () => number(random)) }),
  }),
];

/** Makes one of `makes`, or a sequence of many under `name`, which may hold sequences of few. */
function sequenceOf(makes: readonly Make[], name: string): Make {
  const make = (random: HostileRandom, most: number): Entry => {
    if (most < 4 || random.chance(0.6)) return random.pick(makes)(random);
    const same = random.chance(0.4) ? random.pick(makes)(random) : undefined;
    return { type: "Sequence", [name]: random.list(most, () => same ?? make(random, Math.sqrt(most))) };
  };
  return (random) => make(random, random.pick([4, 40, 1500]));
}

/** By field of a tokenizer.json: a value for it. */
export const HOSTILE_COMPONENTS: Readonly<Record<string, Make | ((random: HostileRandom) => unknown)>> = {
  normalizer: sequenceOf(NORMALIZERS, "normalizers"),
  pre_tokenizer: sequenceOf(PRE_TOKENIZERS, "pretokenizers"),
  decoder: sequenceOf(DECODERS, "decoders"),
  post_processor: sequenceOf(PROCESSORS, "processors"),
  model: (random) => random.pick(MODELS)(random),
  added_tokens: (random) =>
    random.list(random.pick([5, 3000]), () => ({
      ...{ id: number(random), content: hostileString(random), single_word: flag(random), lstrip: flag(random) },
      ...{ rstrip: flag(random), normalized: flag(random), special: flag(random) },
    })),
  truncation: (random) => ({
    ...{ max_length: number(random), strategy: random.pick(["LongestFirst", "OnlyFirst", "OnlySecond"]) },
    ...{ stride: number(random), direction: random.pick(["Left", "Right"]) },
  }),
  padding: (random) => ({
    strategy: random.pick(["BatchLongest", { Fixed: number(random) }]),
    ...{
      direction: "Left",
      pad_to_multiple_of: number(random),
      pad_id: number(random),
      pad_type_id: 0,
      pad_token: "p",
    },
  }),
};
