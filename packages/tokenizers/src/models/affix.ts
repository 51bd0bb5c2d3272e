import type { Json } from "../json/configValue.ts";

// 256: real ones have two to four characters, and each character of a word is looked up with it.
const MAX_AFFIX = 256;

/** Reads a prefix or suffix of tokens in a vocabulary. */
export function readAffix(json: Json): string {
  if (json.string().length > MAX_AFFIX) throw json.expected(`at most ${MAX_AFFIX} characters`);
  return json.string();
}
