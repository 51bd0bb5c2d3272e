import { Bpe } from "../models/bpe/bpe.ts";
import type { Part } from "../components/registry.ts";
import { createPrecompiled } from "../normalizers/precompiled.ts";
import { regexMatcher } from "../regex/regexMatcher.ts";
import { Unigram } from "../models/unigram/unigram.ts";
import { splitScripts } from "../preTokenizers/unicodeScripts.ts";
import { WordLevel } from "../models/wordLevel.ts";
import { WordPiece } from "../models/wordPiece.ts";

/** The model BPE. */
export const bpe: Part = { models: { BPE: (config, random) => Bpe.fromJSON(config, random) } };

/** The model WordPiece. */
export const wordPiece: Part = { models: { WordPiece: (config) => WordPiece.fromJSON(config) } };

/** The model WordLevel. */
export const wordLevel: Part = { models: { WordLevel: (config) => WordLevel.fromJSON(config) } };

/** The model Unigram. */
export const unigram: Part = { models: { Unigram: (config) => Unigram.fromJSON(config) } };

/** `{"Regex": ...}` in the patterns of Split and Replace. */
export const regex: Part = { regex: regexMatcher };

/** The normalizer Precompiled: SentencePiece's map of characters. */
export const precompiled: Part = { normalizers: { Precompiled: createPrecompiled } };

/** The pre-tokenizer UnicodeScripts. */
export const unicodeScripts: Part = { preTokenizers: { UnicodeScripts: () => splitScripts } };

/** Every part except the models. */
export const AROUND_MODELS: readonly Part[] = [regex, precompiled, unicodeScripts];

/** Every part. */
export const EVERY_PART: readonly Part[] = [bpe, wordPiece, wordLevel, unigram, regex, precompiled, unicodeScripts];
