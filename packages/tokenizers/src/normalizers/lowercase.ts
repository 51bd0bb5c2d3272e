import type { AlignedText } from "../text/alignedText.ts";
import { mapChars } from "../text/edits.ts";

/** Lowercases `source`, each character by itself: a final sigma is like any other. */
export function lowercase(source: AlignedText): AlignedText {
  // Σ depends on its neighbours in JavaScript, and İ becomes longer.
  if (/[Σİ]/.test(source.text)) return mapChars(source, (char) => char.toLowerCase());
  const lower = source.text.toLowerCase();
  return lower === source.text ? source : source.withText(lower);
}
