import { protobufFields } from "./protobuf.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** The type of a piece of a SentencePiece model. */
export type PieceType = "normal" | "unknown" | "control" | "user" | "unused" | "byte";

/** Contents of a SentencePiece file. */
export interface SentencePieceModel {
  readonly pieces: readonly { readonly text: string; readonly score: number; readonly type: PieceType }[];
  readonly algorithm: "unigram" | "bpe";
  readonly byteFallback: boolean;
  /** The compiled character map; empty if there is none. */
  readonly charsMap: Uint8Array;
  readonly addDummyPrefix: boolean;
  /** Whether spaces end words, the dummy one included, instead of beginning them. */
  readonly spacesEndWords: boolean;
  readonly removeExtraWhitespaces: boolean;
}

const PIECE_TYPES: readonly PieceType[] = ["normal", "unknown", "control", "user", "unused", "byte"];

// SentencePiece's longest pieces have 16 characters by a trainer's default. BPE tries each place to cut one.
const LONGEST_PIECE = 512;

/**
 * Reads a SentencePiece model file
 * (https://github.com/google/sentencepiece/blob/v0.2.0/src/sentencepiece_model.proto).
 */
export function parseSentencePiece(bytes: Uint8Array): SentencePieceModel {
  const pieces: SentencePieceModel["pieces"][number][] = [];
  let trainer = new Map<number, number>();
  let normalizer = new Map<number, number>();
  let charsMap: Uint8Array = new Uint8Array();
  for (const { number, bytes: message } of protobufFields(bytes)) {
    if (number === 1) pieces.push(readPiece(message));
    if (number === 2) trainer = numbersOf(message);
    if (number === 3) {
      normalizer = numbersOf(message);
      for (const field of protobufFields(message)) if (field.number === 2) charsMap = field.bytes;
    }
  }
  if (pieces.length === 0) throw new TokenizerError("SentencePiece model: expected pieces, got none");
  const algorithm = trainer.get(3) ?? 1;
  if (algorithm !== 1 && algorithm !== 2) {
    throw new TokenizerError(`SentencePiece model: expected model type 1 or 2, got ${algorithm}`);
  }
  const longest = pieces.reduce((most, { text }) => Math.max(most, text.length), 0);
  if (algorithm === 2 && longest > LONGEST_PIECE) {
    const expected = `expected pieces of at most ${LONGEST_PIECE} characters`;
    throw new TokenizerError(`SentencePiece model: ${expected}, got one of ${longest}`);
  }
  if (normalizer.get(5) === 0) throw new TokenizerError("SentencePiece model: expected visible spaces, got others");
  return {
    pieces,
    algorithm: algorithm === 1 ? "unigram" : "bpe",
    byteFallback: trainer.get(35) === 1,
    charsMap,
    addDummyPrefix: normalizer.get(3) !== 0,
    spacesEndWords: trainer.get(24) === 1,
    removeExtraWhitespaces: normalizer.get(4) !== 0,
  };
}

function readPiece(message: Uint8Array): SentencePieceModel["pieces"][number] {
  let text = "";
  let score = 0;
  let type: PieceType = "normal";
  for (const { number, value, bytes } of protobufFields(message)) {
    if (number === 1) text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    if (number === 2) score = floatOf(value);
    if (number === 3) type = PIECE_TYPES[value - 1] ?? "unused";
  }
  if (!Number.isFinite(score)) throw new TokenizerError(`SentencePiece model: expected finite scores, got ${score}`);
  return { text, score, type };
}

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] ?? 0;
}

function numbersOf(message: Uint8Array): Map<number, number> {
  return new Map([...protobufFields(message)].map(({ number, value }) => [number, value]));
}
