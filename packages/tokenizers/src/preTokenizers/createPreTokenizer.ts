import type { PreTokenizer } from "../components/preTokenizer.ts";
import { CharSet } from "../text/charSet.ts";
import { createFromTable, type Factory, type Json } from "../json/configValue.ts";
import { createMetaspace, type PrependScheme } from "./metaspace.ts";
import type { Parts } from "../components/registry.ts";
import { literalMatcher, type PatternConfig, patternMatcher } from "./pattern.ts";
import { isOnePiece, onePiece, type Pieces, rewritePieces, spellBytes } from "../text/pieces.ts";
import { charMatcher, isolate, isolateGlobal, SPLIT_BEHAVIORS, type SplitBehavior, splitPieces } from "./split.ts";
import type { Matcher } from "../components/matcher.ts";

/** The `pre_tokenizer` entry of a tokenizer.json. */
export type PreTokenizerConfig =
  | {
      readonly type: "ByteLevel";
      readonly add_prefix_space?: boolean;
      readonly trim_offsets?: boolean;
      readonly use_regex?: boolean;
    }
  | {
      readonly type: "Metaspace";
      readonly replacement: string;
      readonly prepend_scheme?: PrependScheme;
      readonly add_prefix_space?: boolean;
      readonly split?: boolean;
    }
  | { readonly type: "BertPreTokenizer" | "Whitespace" | "WhitespaceSplit" | "UnicodeScripts" }
  | { readonly type: "CharDelimiterSplit"; readonly delimiter: string }
  | {
      readonly type: "Split";
      readonly pattern: PatternConfig;
      readonly behavior: SplitBehavior;
      readonly invert?: boolean;
    }
  | { readonly type: "Punctuation"; readonly behavior?: SplitBehavior }
  | { readonly type: "Digits"; readonly individual_digits?: boolean }
  | { readonly type: "FixedLength"; readonly length?: number }
  | { readonly type: "Sequence"; readonly pretokenizers: readonly PreTokenizerConfig[] };

// https://github.com/openai/gpt-2/blob/master/src/encoder.py
const GPT2_PATTERN =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

// Word characters as Rust's regex crate has them (https://www.unicode.org/reports/tr18/#word).
const WORDS =
  /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+|[^\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}\p{White_Space}]+/gu;

const words: Matcher = (text, found) => {
  for (const { 0: word, index } of text.matchAll(WORDS)) found(index, index + word.length);
};
const SPACES = new CharSet(/\p{White_Space}/u);
const PUNCTUATION = new CharSet(/[\p{P}$+<=>^`|~]/u); // ASCII's symbols count
const spaces = charMatcher(SPACES);
const punctuation = charMatcher(PUNCTUATION);
const digits = charMatcher(new CharSet(/\p{N}/u));

// One row per type of the format, except optional parts: a type without a row does not compile.
const PRE_TOKENIZERS: {
  readonly [T in Exclude<PreTokenizerConfig["type"], "UnicodeScripts">]: Factory<PreTokenizer, [Parts]>;
} = {
  ByteLevel: (config) => {
    const addPrefixSpace = config.at("add_prefix_space").booleanOr(true);
    const useRegex = config.at("use_regex").booleanOr(true);
    return (given) => {
      const pieces = spellBytes(given);
      const prefixed = addPrefixSpace ? prefixSpaces(pieces) : pieces;
      return { ...(useRegex ? isolateGlobal(prefixed, GPT2_PATTERN) : prefixed), asBytes: true };
    };
  },
  Metaspace: createMetaspace,
  BertPreTokenizer: () => splitWords,
  Whitespace: () => (pieces, budget) => splitPieces(pieces, budget, words, "Removed", true),
  WhitespaceSplit: () => (pieces, budget) => splitPieces(pieces, budget, spaces, "Removed"),
  CharDelimiterSplit: (config) => {
    const match = literalMatcher(config.at("delimiter").string());
    return (pieces, budget) => splitPieces(pieces, budget, match, "Removed");
  },
  Split: (config, parts) => {
    const match = patternMatcher(config.at("pattern"), parts);
    const behavior = config.at("behavior").oneOf(SPLIT_BEHAVIORS);
    const invert = config.at("invert").booleanOr(false);
    if (behavior === "Isolated") return (pieces, budget) => isolate(pieces, budget, match);
    return (pieces, budget) => splitPieces(pieces, budget, match, behavior, invert);
  },
  Punctuation: (config) => {
    const behavior = config.at("behavior").or<SplitBehavior>("Isolated", (json) => json.oneOf(SPLIT_BEHAVIORS));
    return (pieces, budget) => splitPieces(pieces, budget, punctuation, behavior);
  },
  Digits: (config) => {
    const behavior = config.at("individual_digits").booleanOr(false) ? "Isolated" : "Contiguous";
    return (pieces, budget) => splitPieces(pieces, budget, digits, behavior);
  },
  FixedLength: (config) => {
    const match = everyChars(config.at("length").or(5, (length) => length.natural()));
    return (pieces, budget) => splitPieces(pieces, budget, match, "Isolated");
  },
  Sequence: (config, parts) => {
    const steps = config
      .at("pretokenizers")
      .items()
      .map((step) => createPreTokenizer(step, parts));
    return (pieces, budget) =>
      steps.reduce((given, step) => {
        const made = step(given, budget);
        budget.step(given.source.text.length, made.source.text.length, config.path);
        return made;
      }, pieces);
  },
};

/** Creates the pre-tokenizer of a configuration. */
export function createPreTokenizer(config: Json, parts: Parts): PreTokenizer {
  parts.count(config);
  return createFromTable({ ...PRE_TOKENIZERS, ...parts.preTokenizers }, config, "pre-tokenizer", undefined, parts);
}

/** Splits words at spaces, and each punctuation mark by itself. */
function splitWords(given: Pieces): Pieces {
  const pieces = spellBytes(given);
  const { text } = pieces.source;
  const next: number[] = [];
  for (let i = 0; i < pieces.bounds.length; i += 2) {
    const end = pieces.bounds[i + 1] ?? 0;
    let wordStart = pieces.bounds[i] ?? 0;
    for (let at = wordStart; at < end; at++) {
      const kind = kinds[text.charCodeAt(at)] || kindAt(text, at);
      if (kind === WORD) continue;
      if (wordStart < at) next.push(wordStart, at);
      wordStart = at + 1;
      if (kind !== MARK) continue;
      wordStart = at + PUNCTUATION.widthAt(text, at);
      next.push(at, wordStart);
      at = wordStart - 1;
    }
    if (wordStart < end) next.push(wordStart, end);
  }
  return { ...pieces, bounds: next };
}

// The kind of a UTF-16 unit in splitWords: one table instead of two sets. 0 is not looked up yet; halves of a pair stay 0.
const kinds = new Uint8Array(0x10000);
const WORD = 1;
const SPACE = 2;
const MARK = 3;

function kindAt(text: string, at: number): number {
  const kind = SPACES.widthAt(text, at) > 0 ? SPACE : PUNCTUATION.widthAt(text, at) > 0 ? MARK : WORD;
  const unit = text.charCodeAt(at);
  if ((unit & 0xf800) !== 0xd800) kinds[unit] = kind;
  return kind;
}

/** Puts a space before each piece without one, as if it came from the piece's first character. */
function prefixSpaces(pieces: Pieces): Pieces {
  const { source, bounds } = pieces;
  if (bounds.every((at, i) => i % 2 === 1 || source.text.charCodeAt(at) === 0x20)) return pieces;
  if (isOnePiece(pieces)) return onePiece(source.withPrefix(" "));
  return rewritePieces(pieces, (from, start, end, builder) => {
    if (from.text.charCodeAt(start) !== 0x20) builder.push(" ", from.startOf(start), from.endOf(start));
    builder.copy(from, start, end);
  });
}

function everyChars(length: number): Matcher {
  return (text, found) => {
    let start = 0;
    let count = 0;
    let at = 0;
    for (const char of text) {
      at += char.length;
      if (++count % length !== 0) continue;
      found(start, at);
      start = at;
    }
  };
}
