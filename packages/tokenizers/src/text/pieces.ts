import { AlignedBuilder, type AlignedText } from "./alignedText.ts";
import { byteChars } from "./byteLevel.ts";

/**
 * Pre-tokenized text, split into the pieces that the model encodes one by one.
 *
 * `bounds` holds the start and the end of each piece, one after the other; no piece is empty. When
 * `asBytes` is set, the model is to encode each piece as byte-level characters. That is recorded rather
 * than done, because the model's cache has most pieces before the bytes are needed.
 */
export interface Pieces {
  readonly source: AlignedText;
  readonly bounds: readonly number[];
  readonly asBytes: boolean;
}

/** Makes all of `source` one piece. */
export function onePiece(source: AlignedText): Pieces {
  return { source, bounds: source.text === "" ? [] : [0, source.text.length], asBytes: false };
}

/** Whether all of the text is one piece. */
export function isOnePiece({ source, bounds }: Pieces): boolean {
  return bounds.length === 2 && bounds[0] === 0 && bounds[1] === source.text.length;
}

/** Converts the pieces to byte-level characters. */
export function spellBytes(pieces: Pieces): Pieces {
  if (!pieces.asBytes) return pieces;
  return { ...rewritePieces(pieces, spellPiece), asBytes: false };
}

function spellPiece(source: AlignedText, start: number, end: number, builder: AlignedBuilder): void {
  let i = start;
  for (const char of source.text.slice(start, end)) {
    builder.push(byteChars(char), source.startOf(i), source.endOf(i));
    i += char.length;
  }
}

/** Rewrites pieces: `write` appends the new text of piece [start, end) to the builder. */
export function rewritePieces(
  { source, bounds, asBytes }: Pieces,
  write: (source: AlignedText, start: number, end: number, builder: AlignedBuilder) => void,
): Pieces {
  const builder = new AlignedBuilder();
  const next: number[] = [];
  for (let i = 0; i < bounds.length; i += 2) {
    const from = builder.length;
    write(source, bounds[i] ?? 0, bounds[i + 1] ?? 0, builder);
    if (builder.length > from) next.push(from, builder.length);
  }
  return { source: builder.build(source.origin), bounds: next, asBytes };
}
