import { checkString } from "@qkv/ops";
import { checkCtcVocabulary, type CtcVocabulary } from "../../loading/ctcVocabulary.ts";

/**
 * The tokens of a text for a model of connectionist temporal classification: of characters, and of longer tokens where the vocabulary has
 * them; spaces are the delimiter (`Wav2Vec2CTCTokenizer` of transformers).
 *
 * @throws RangeError for a character that the vocabulary lacks, which transformers takes for `<unk>`
 */
export function ctcIds(text: string, vocabulary: CtcVocabulary): number[] {
  checkString("ctcIds", "text", text);
  checkCtcVocabulary("ctcIds", vocabulary);
  const { tokens, blank, delimiter = " ", isLowerCase } = vocabulary;
  const ids = new Map([...tokens].map(([id, token]) => [token, id]));
  const isOne = (token: string) => Array.from(token).length === 1;
  const long = [...ids.keys()].filter((token) => token !== "" && !isOne(token)).toSorted((a, b) => b.length - a.length);
  // White space around a longer token is its own, as in transformers.
  const parts = long.length === 0 ? [text] : text.split(new RegExp(`\\s*(${long.map(escaped).join("|")})\\s*`, "u"));
  const found = parts.flatMap((part, i) => {
    if (i % 2 === 1) return [part];
    return Array.from((isLowerCase ? part.toUpperCase() : part).replaceAll(" ", delimiter));
  });
  return found.map((token) => {
    const id = ids.get(token);
    if (id !== undefined && token !== blank) return id;
    const known = [...ids.keys()].filter((each) => isOne(each)).join("");
    throw new RangeError(`expected characters of the vocabulary (${known}), got ${JSON.stringify(token)}`);
  });
}

function escaped(token: string): string {
  return token.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
