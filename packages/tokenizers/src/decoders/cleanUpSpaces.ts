// The replacements of transformers, in its order.
const CLEANED: readonly (readonly [spaced: string, text: string])[] = [
  [" .", "."],
  [" ?", "?"],
  [" !", "!"],
  [" ,", ","],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

/**
 * Removes the spaces that tokenization put before punctuation and in contractions of English text: the
 * `clean_up_tokenization_spaces` of a tokenizer_config.json.
 */
export function cleanUpSpaces(text: string): string {
  return CLEANED.reduce((cleaned, [spaced, plain]) => cleaned.replaceAll(spaced, plain), text);
}

/** A decoder of a tokenizer.json followed by the same. */
export function cleaningDecoder(decoder: unknown): object {
  const joined = decoder ?? { type: "WordPiece", prefix: "\0", cleanup: false }; // spaces between all tokens, as without one
  const replaced = CLEANED.map(([String, content]) => ({ type: "Replace", pattern: { String }, content }));
  return { type: "Sequence", decoders: [joined, { type: "Fuse" }, ...replaced] };
}
