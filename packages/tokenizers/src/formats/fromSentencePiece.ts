import { checkBytes, checkRecord } from "../checks/argumentChecks.ts";
import { createTokenizer, type TokenizerOptions } from "../tokenizer/createTokenizer.ts";
import type { DecoderConfig } from "../decoders/createDecoder.ts";
import { bpe, precompiled, regex, unigram } from "../tokenizer/allComponents.ts";
import type { BpeConfig, UnigramConfig } from "../components/model.ts";
import type { NormalizerConfig } from "../normalizers/createNormalizer.ts";
import { escapeRegex } from "../regex/regexMatcher.ts";
import { parseSentencePiece, type SentencePieceModel } from "./sentencePieceModel.ts";
import type { Tokenizer, TokenizerConfig } from "../tokenizer/tokenizer.ts";
import { UNREACHABLE } from "../models/unigram/unigram.ts";

/** Makes the tokenizer of a SentencePiece `.model` or `.spm`: its ids, without adding special tokens. */
export function fromSentencePiece(bytes: Uint8Array, options: TokenizerOptions = {}): Tokenizer {
  checkBytes("fromSentencePiece", bytes);
  checkRecord("fromSentencePiece", "options", options);
  return createTokenizer(sentencePieceConfig(parseSentencePiece(bytes)), [bpe, unigram, precompiled, regex], options);
}

/** A space at the beginning. */
export const LEADING_SPACE = "\\A ";

/** More spaces than any text has at an end. */
export const MANY = 1024;

/** Converts a SentencePiece model to a tokenizer.json. */
export function sentencePieceConfig(model: SentencePieceModel): TokenizerConfig {
  const { pieces, algorithm } = model;
  const user = pieces.filter(({ type }) => type === "user").map(({ text }) => text);
  const isSpecial = ({ type }: { readonly type: string }): boolean => type === "control" || type === "unknown";
  const added = pieces.flatMap((piece, id) =>
    isSpecial(piece) ? [{ id, content: piece.text, special: true, in_text: false }] : [],
  );
  return {
    added_tokens: added,
    normalizer: normalizerOf(model),
    pre_tokenizer:
      algorithm === "bpe" && user.length > 0
        ? { type: "Split", pattern: { Regex: anyOf(user) }, behavior: "Isolated", invert: false }
        : null,
    decoder: decoderOf(model),
    model: algorithm === "bpe" ? bpeOf(model, user.length > 0) : unigramOf(model),
  };
}

function normalizerOf(model: SentencePieceModel): NormalizerConfig {
  const { charsMap, addDummyPrefix, spacesEndWords, removeExtraWhitespaces } = model;
  const replace = (Regex: string, content: string): NormalizerConfig => ({
    type: "Replace",
    pattern: { Regex },
    content,
  });
  const appends = addDummyPrefix && spacesEndWords;
  const base64 = btoa(Array.from(charsMap, (byte) => String.fromCharCode(byte)).join(""));
  return {
    type: "Sequence",
    normalizers: [
      ...(charsMap.length > 0
        ? [{ type: "Precompiled", precompiled_charsmap: base64, longest_match: true } as const]
        : []),
      // A visible space in the text is like any letter, except at the end.
      ...(removeExtraWhitespaces ? [replace(" {2,}", " "), replace(LEADING_SPACE, "")] : []),
      ...(removeExtraWhitespaces && !appends ? [replace("(?<![ ▁])[ ▁]+\\z", "")] : []),
      ...(appends ? [replace(removeExtraWhitespaces ? "(?<![ ▁])[ ▁]*\\z" : "\\z", "▁")] : []),
      ...(addDummyPrefix && !appends ? [{ type: "Prepend", prepend: "▁" } as const] : []),
      { type: "Replace", pattern: { String: " " }, content: "▁" },
    ],
  };
}

function decoderOf({ addDummyPrefix, removeExtraWhitespaces }: SentencePieceModel): DecoderConfig {
  const start = removeExtraWhitespaces ? MANY : addDummyPrefix ? 1 : 0;
  return {
    type: "Sequence",
    decoders: [
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start, stop: 0 },
    ],
  };
}

function unigramOf({ pieces, byteFallback }: SentencePieceModel): UnigramConfig {
  const isFound = (type: string): boolean => type === "normal" || type === "user";
  const unk = pieces.findIndex(({ type }) => type === "unknown");
  return {
    type: "Unigram",
    unk_id: unk < 0 ? null : unk,
    vocab: pieces.map(({ text, score, type }) => [text, isFound(type) ? score : UNREACHABLE] as const),
    byte_fallback: byteFallback,
    user_defined: pieces.flatMap(({ type }, id) => (type === "user" ? [id] : [])),
  };
}

/** Derives BPE merges: every pair of pieces that makes a third, in the order of the third's score. */
function bpeOf({ pieces, byteFallback }: SentencePieceModel, ignoreMerges: boolean): BpeConfig {
  const ids = new Map(pieces.map(({ text }, id) => [text, id]));
  const found = new Map(pieces.flatMap(({ text, score, type }) => (type === "normal" ? [[text, score] as const] : [])));
  const merges: { readonly pair: readonly [string, string]; readonly score: number }[] = [];
  for (const [text, score] of found) {
    for (let i = 1; i < text.length; i++) {
      const [left, right] = [text.slice(0, i), text.slice(i)];
      if (found.has(left) && found.has(right)) merges.push({ pair: [left, right], score });
    }
  }
  return {
    type: "BPE",
    unk_token: pieces.find(({ type }) => type === "unknown")?.text ?? null,
    fuse_unk: true,
    byte_fallback: byteFallback,
    ignore_merges: ignoreMerges,
    vocab: Object.fromEntries(ids),
    merges: merges.sort((a, b) => b.score - a.score).map(({ pair }) => pair),
  };
}

function anyOf(texts: readonly string[]): string {
  return [...texts]
    .sort((a, b) => b.length - a.length)
    .map(escapeRegex)
    .join("|");
}
