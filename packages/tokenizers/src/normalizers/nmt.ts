import type { AlignedText } from "../text/alignedText.ts";
import { keepChars, mapChars } from "../text/edits.ts";

// https://github.com/google/sentencepiece/blob/v0.2.0/src/builder.cc (BuildNmtNFKCMap), as Hugging Face has it
const SPACES = /[\t\n\f\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]/;

/** Drops control characters and replaces space-like characters with plain spaces. */
export function nmtNormalizer(source: AlignedText): AlignedText {
  const kept = keepChars(source, /\p{Cc}/u, (char) => !isRemoved(char.charCodeAt(0)));
  return SPACES.test(kept.text) ? mapChars(kept, (char) => (SPACES.test(char) ? " " : char)) : kept;
}

function isRemoved(code: number): boolean {
  if (code > 0x9f) return false;
  return (
    (code >= 0x01 && code <= 0x08) ||
    code === 0x0b ||
    (code >= 0x0e && code <= 0x1f) ||
    [0x7f, 0x8f, 0x9f].includes(code)
  );
}
