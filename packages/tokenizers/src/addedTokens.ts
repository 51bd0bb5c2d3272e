import type { AlignedText } from "./alignedText.ts";
import type { Json } from "./json.ts";

/** A token that is found in the text before the model sees it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Found only where no word character stands beside it. */
  readonly single_word: boolean;
  /** Takes the white space before it along. */
  readonly lstrip: boolean;
  /** Takes the white space after it along. */
  readonly rstrip: boolean;
  /** Looked for in the normalized text, in its own normalized form. */
  readonly normalized: boolean;
  /** Left out when decoding with `skipSpecialTokens`. */
  readonly special: boolean;
  /** Whether a text may spell it; SentencePiece's control pieces are for programs alone. Default true. */
  readonly in_text?: boolean;
}

/** Reads an entry of `added_tokens`. */
export function readAddedToken(json: Json): AddedToken {
  const special = json.at("special").booleanOr(false);
  return {
    id: json.at("id").natural(),
    content: json.at("content").string(),
    single_word: json.at("single_word").booleanOr(false),
    lstrip: json.at("lstrip").booleanOr(false),
    rstrip: json.at("rstrip").booleanOr(false),
    normalized: json.at("normalized").booleanOr(!special),
    special,
    ...(!json.at("in_text").booleanOr(true) && { in_text: false }),
  };
}

/** A stretch of text and, if it is one, the added token that it is. */
export interface AddedTokenSplit {
  readonly text: AlignedText;
  readonly token: AddedToken | undefined;
}

interface Node {
  readonly next: Map<number, Node>;
  token?: AddedToken;
}

/** Finds added tokens in text: the leftmost first, the longest of those that begin together. */
export class AddedTokenFinder {
  readonly #root: Node = { next: new Map() };
  readonly #first: RegExp | undefined; // what any of them begins with

  /** @param tokens what to look for, and the token that it is */
  constructor(tokens: readonly (readonly [text: string, token: AddedToken])[]) {
    for (const [content, token] of tokens) {
      if (content === "") continue;
      let node = this.#root;
      for (let i = 0; i < content.length; i++) {
        const unit = content.charCodeAt(i);
        let next = node.next.get(unit);
        if (next === undefined) node.next.set(unit, (next = { next: new Map() }));
        node = next;
      }
      node.token = token;
    }
    const units = Array.from(this.#root.next.keys(), (unit) => `\\u${unit.toString(16).padStart(4, "0")}`);
    if (units.length > 0) this.#first = new RegExp(`[${units.join("")}]`, "g");
  }

  /** `source` cut at the added tokens in it; no stretch without a token is empty. */
  split(source: AlignedText): AddedTokenSplit[] {
    const { text } = source;
    const splits: AddedTokenSplit[] = [];
    let last = 0;
    const first = this.#first;
    for (let i = 0; first !== undefined;) {
      first.lastIndex = i;
      if (!first.test(text)) break;
      i = first.lastIndex - 1;
      const found = this.#longestAt(text, i);
      if (found === undefined) {
        i++;
        continue;
      }
      const { token } = found;
      let { end } = found;
      let start = i;
      i = end;
      if (
        token.single_word &&
        (WORD_BEFORE.test(text.slice(Math.max(0, start - 2), start)) || WORD_AFTER.test(text.slice(end, end + 2)))
      )
        continue;
      if (token.lstrip) start = Math.max(last, start - spacesBefore(text, start));
      if (token.rstrip) end += spacesAfter(text, end);
      if (start >= end) continue; // white space that the token before has taken
      if (last < start) splits.push({ text: source.slice(last, start), token: undefined });
      splits.push({ text: source.slice(start, end), token });
      last = end;
    }
    if (last < text.length) splits.push({ text: source.slice(last, text.length), token: undefined });
    return splits;
  }

  #longestAt(text: string, start: number): { token: AddedToken; end: number } | undefined {
    let node = this.#root.next.get(text.charCodeAt(start));
    let longest: { token: AddedToken; end: number } | undefined;
    for (let i = start + 1; node !== undefined; i++) {
      if (node.token !== undefined) longest = { token: node.token, end: i };
      node = node.next.get(text.charCodeAt(i));
    }
    return longest;
  }
}

// Word characters as Rust's regex crate has them (https://www.unicode.org/reports/tr18/#word).
// With a plus: V8 14.6 and 15.0 (Node 26, Deno 2.9) find none beyond U+FFFF by a single class in front of a $.
const WORD_BEFORE = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+$/u;
const WORD_AFTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE = /\p{White_Space}/u;

function spacesBefore(text: string, end: number): number {
  let count = 0;
  while (count < end && SPACE.test(text.charAt(end - count - 1))) count++;
  return count;
}

function spacesAfter(text: string, start: number): number {
  let count = 0;
  while (start + count < text.length && SPACE.test(text.charAt(start + count))) count++;
  return count;
}
