import { AlignedBuilder } from "../text/alignedText.ts";
import type { Normalizer } from "../components/normalizer.ts";

/** The end of the language code at the beginning of a text, such as `>>fra<<`, known or not; 0 if there is none. */
export function languageCodeEnd(text: string): number {
  const closing = text.startsWith(">>") ? text.indexOf("<<") : -1;
  return closing < 0 ? 0 : closing + "<<".length;
}

/** Normalizes a text after its language code, which stays unchanged. */
export function behindLanguageCode(normalize: Normalizer): Normalizer {
  return (text, budget) => {
    const end = languageCodeEnd(text.text);
    if (end === 0) return normalize(text, budget);
    const rest = normalize(text.slice(end, text.text.length), budget);
    const builder = new AlignedBuilder();
    builder.copy(text, 0, end);
    builder.copy(rest, 0, rest.text.length);
    return builder.build(text.origin);
  };
}
