import type { Normalizer } from "../components/normalizer.ts";
import { AlignedBuilder, type AlignedText } from "../text/alignedText.ts";
import { bertNormalizer } from "./bert.ts";
import type { Budget } from "../checks/budget.ts";
import { byteChars } from "../text/byteLevel.ts";
import { keepChars, mapChars } from "../text/edits.ts";
import { createFromTable, type Factory, type Json } from "../json/configValue.ts";
import { lowercase } from "./lowercase.ts";
import { nmtNormalizer } from "./nmt.ts";
import type { Parts } from "../components/registry.ts";
import { type PatternConfig, patternMatcher } from "../preTokenizers/pattern.ts";
import type { Matcher } from "../components/matcher.ts";
import { normalizeForm } from "./unicodeForm.ts";

/** The `normalizer` entry of a tokenizer.json. */
export type NormalizerConfig =
  | { readonly type: "NFC" | "NFD" | "NFKC" | "NFKD" | "Lowercase" | "StripAccents" | "Nmt" | "ByteLevel" }
  | {
      readonly type: "BertNormalizer";
      readonly clean_text?: boolean;
      readonly handle_chinese_chars?: boolean;
      readonly strip_accents?: boolean | null;
      readonly lowercase?: boolean;
    }
  | { readonly type: "Strip"; readonly strip_left: boolean; readonly strip_right: boolean }
  | { readonly type: "Prepend"; readonly prepend: string }
  | { readonly type: "Replace"; readonly pattern: PatternConfig; readonly content: string }
  | { readonly type: "Precompiled"; readonly precompiled_charsmap: string | null; readonly longest_match?: boolean }
  | { readonly type: "Sequence"; readonly normalizers: readonly NormalizerConfig[] };

// One row per type of the format, except optional parts: a type without a row does not compile.
const NORMALIZERS: { readonly [T in Exclude<NormalizerConfig["type"], "Precompiled">]: Factory<Normalizer, [Parts]> } =
  {
    NFC: () => (text) => normalizeForm(text, "NFC"),
    NFD: () => (text) => normalizeForm(text, "NFD"),
    NFKC: () => (text) => normalizeForm(text, "NFKC"),
    NFKD: () => (text) => normalizeForm(text, "NFKD"),
    Lowercase: () => lowercase,
    StripAccents: () => (text) => keepChars(text, /\p{M}/u, (char) => !/\p{M}/u.test(char)),
    Nmt: () => nmtNormalizer,
    ByteLevel: () => (text) => mapChars(text, byteChars),
    BertNormalizer: bertNormalizer,
    Strip: (config) => {
      const left = config.at("strip_left").boolean();
      const right = config.at("strip_right").boolean();
      return (text) => strip(text, left, right);
    },
    Prepend: (config) => {
      const prefix = config.at("prepend").string();
      return (text, budget) => {
        if (text.text === "") return text;
        budget.make(prefix.length, config.path);
        return text.withPrefix(prefix);
      };
    },
    Replace: (config, parts) => {
      const match = patternMatcher(config.at("pattern"), parts);
      const content = config.at("content").string();
      return (text, budget) => replace(text, match, content, budget, config.path);
    },
    Sequence: (config, parts) => {
      const steps = config
        .at("normalizers")
        .items()
        .map((step) => createNormalizer(step, parts));
      return (text, budget) =>
        steps.reduce((given, step) => {
          const made = step(given, budget);
          budget.step(given.text.length, made.text.length, config.path);
          return made;
        }, text);
    },
  };

/** Creates the normalizer of a configuration. */
export function createNormalizer(config: Json, parts: Parts): Normalizer {
  parts.count(config);
  return createFromTable({ ...NORMALIZERS, ...parts.normalizers }, config, "normalizer", undefined, parts);
}

function strip(source: AlignedText, left: boolean, right: boolean): AlignedText {
  const { text } = source;
  const start = left ? (/^\p{White_Space}+/u.exec(text)?.[0].length ?? 0) : 0;
  let end = text.length;
  while (right && end > start && /\p{White_Space}/u.test(text.charAt(end - 1))) end--;
  return source.slice(start, end);
}

/** Replaces matches; the replacement counts as part of the match's last character. */
function replace(source: AlignedText, match: Matcher, content: string, budget: Budget, path: string): AlignedText {
  let builder: AlignedBuilder | undefined;
  let last = 0;
  const found = (start: number, end: number): void => {
    budget.make(content.length, path);
    builder ??= new AlignedBuilder();
    builder.copy(source, last, start);
    if (end === 0) builder.push(content, source.origin, source.origin);
    else builder.push(content, source.startOf(end - 1), source.endOf(end - 1));
    last = end;
  };
  match(source.text, found, budget);
  if (builder === undefined) return source;
  builder.copy(source, last, source.text.length);
  return builder.build(source.origin);
}
