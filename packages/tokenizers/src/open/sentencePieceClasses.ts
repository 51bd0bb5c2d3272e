import type { Json } from "../json/configValue.ts";
import { MBART_CODES, MBART50_CODES } from "./languageClasses.ts";

/** A piece of a Unigram vocabulary and its score. */
export type ScoredPiece = readonly [text: string, score: number];

/** The text of a special token by its field, or the default. */
type TextOf = (field: string, otherwise: string) => string;

/** A class of transformers that reads a SentencePiece file. */
export interface SentencePieceClass {
  /** The file's name. */
  readonly file: string;
  /** The vocabulary that the class makes of the file's pieces. Default the pieces as they are. */
  readonly vocabulary?: (pieces: readonly ScoredPiece[], textOf: TextOf, config: Json) => readonly ScoredPiece[];
}

/** The classes by name, after `convert_from_spm` of transformers' convert_slow_tokenizer.py. */
export const SENTENCEPIECE_CLASSES: Readonly<Record<string, SentencePieceClass>> = {
  AlbertTokenizer: { file: "spiece.model" },
  CamembertTokenizer: {
    file: "sentencepiece.bpe.model",
    vocabulary: (pieces, textOf) => [
      ...unscored("<s>NOTUSED", textOf("pad_token", "<pad>"), "</s>NOTUSED", textOf("unk_token", "<unk>")),
      ["<unk>NOTUSED", -100],
      ...pieces.slice(1),
      [textOf("mask_token", "<mask>"), 0],
    ],
  },
  DebertaV2Tokenizer: { file: "spm.model" },
  LlamaTokenizer: { file: "tokenizer.model" },
  MBartTokenizer: {
    file: "sentencepiece.bpe.model",
    vocabulary: (pieces, textOf) => fairseq(pieces, textOf, "bos_token", MBART_CODES),
  },
  MBart50Tokenizer: {
    file: "sentencepiece.bpe.model",
    vocabulary: (pieces, textOf) => fairseq(pieces, textOf, "cls_token", [...MBART_CODES, ...MBART50_CODES]),
  },
  PegasusTokenizer: {
    file: "spiece.model",
    vocabulary: (pieces, textOf, config) => {
      const masks = [textOf("mask_token", "<mask_1>"), textOf("mask_token_sent", "<mask_2>")];
      const offset = config.at("offset").or(103, (json) => json.natural(10_000));
      const unused = Array.from({ length: Math.max(0, offset - 2) }, (_, i): ScoredPiece => [`<unk_${i + 2}>`, -100]);
      const named = unscored(textOf("pad_token", "<pad>"), textOf("eos_token", "</s>"), ...new Set(masks));
      return [...named.filter(([text]) => text !== NONE), ...unused, ...pieces.slice(2)];
    },
  },
  T5Tokenizer: {
    file: "spiece.model",
    vocabulary: (pieces, _, config) => {
      const count = config.at("extra_ids").or(100, (json) => json.natural(10_000));
      return [...pieces, ...unscored(...Array.from({ length: count }, (_, i) => `<extra_id_${count - 1 - i}>`))];
    },
  },
  XLMRobertaTokenizer: {
    file: "sentencepiece.bpe.model",
    vocabulary: (pieces, textOf) => fairseq(pieces, textOf, "bos_token", []),
  },
};

/** How Python writes a token that a file sets to none. */
export const NONE = "None";

const FAIRSEQ = [
  ["bos_token", "<s>"],
  ["pad_token", "<pad>"],
  ["eos_token", "</s>"],
  ["unk_token", "<unk>"],
] as const;

/** Fairseq's order: four special tokens instead of the file's three, and behind the pieces languages and a mask. */
function fairseq(
  pieces: readonly ScoredPiece[],
  textOf: TextOf,
  firstField: string,
  codes: readonly string[],
): ScoredPiece[] {
  const first = FAIRSEQ.map(([field, text], i) => textOf(i === 0 ? firstField : field, text));
  return [...unscored(...first), ...pieces.slice(3), ...unscored(...codes, textOf("mask_token", "<mask>"))];
}

function unscored(...texts: string[]): ScoredPiece[] {
  return texts.map((text) => [text, 0]);
}
