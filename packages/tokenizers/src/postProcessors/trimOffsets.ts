import type { Segment } from "../encoding/segment.ts";
import { TokenList } from "../encoding/tokenList.ts";

// Ġ is the space in the byte-level alphabet.
const LEADING_SPACES = /^[Ġ\p{White_Space}]*/u;
const TRAILING_SPACES = /[Ġ\p{White_Space}]*$/u;

/** Trims the white space at both ends of each token from the offsets of `segment`. */
export function trimOffsets(
  segment: Segment,
  addPrefixSpace: boolean,
  { idToToken }: { readonly idToToken: (id: number) => string | undefined },
): Segment {
  const { tokens } = segment;
  const trimmed = new TokenList();
  for (let i = 0; i < tokens.length; i++) {
    const id = tokens.ids[i] ?? 0;
    const text = tokens.textOf(i);
    const token = text ?? idToToken(id) ?? "";
    let start = tokens.starts[i] ?? 0;
    let end = tokens.ends[i] ?? 0;
    const source = typeof segment.text === "string" ? segment.text : (segment.text[tokens.words[i] ?? 0] ?? "");
    let leading = LEADING_SPACES.exec(token)?.[0].length ?? 0;
    let trailing = TRAILING_SPACES.exec(token)?.[0].length ?? 0;
    // A single space before the first token is the one that the pre-tokenizer added.
    if ((i === 0 || start === 0) && addPrefixSpace && leading === 1) leading = 0;
    for (; leading > 0 && start < end; leading--) start += isPairAt(source, start) ? 2 : 1;
    for (; trailing > 0 && end > start; trailing--) end -= isPairAt(source, end - 2) ? 2 : 1;
    trimmed.push(id, start, end, tokens.words[i] ?? -1, text);
  }
  return { ...segment, tokens: trimmed };
}

function isPairAt(text: string, i: number): boolean {
  return (text.codePointAt(i) ?? 0) > 0xffff;
}
