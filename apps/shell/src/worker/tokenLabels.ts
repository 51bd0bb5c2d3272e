import type { Tokenizer } from "@qkv/tokenizers";

/** Tokens as a person reads them: spaces and line breaks are seen, and a part of a character is what the tokenizer calls it. */
export function labelsOf(tokenizer: Pick<Tokenizer, "decode" | "idToToken">, ids: readonly number[]): string[] {
  return ids.map((id) => {
    const token = tokenizer.idToToken(id) ?? `${id}`;
    const text = tokenizer.decode([id], { skipSpecialTokens: false });
    if (text === "" || text.includes("\ufffd")) return token;
    const lead = token.startsWith("▁") && !text.startsWith(" ") ? " " : ""; // a decoder drops it where a text begins
    return Array.from(lead + text, (char) => SEEN[char] ?? char).join("");
  });
}

const SEEN: Readonly<Record<string, string>> = { " ": "␣", "\n": "⏎", "\r": "␍", "\t": "⇥" };
