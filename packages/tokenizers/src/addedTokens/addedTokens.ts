import type { AlignedText } from "../text/alignedText.ts";
import type { Budget } from "../checks/budget.ts";
import type { Json } from "../json/configValue.ts";
import { Trie } from "../models/unigram/trie.ts";

/** An added token, found in the text before pre-tokenization. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Whether it matches only without a word character next to it. */
  readonly single_word: boolean;
  /** Whether it includes the white space before it. */
  readonly lstrip: boolean;
  /** Whether it includes the white space after it. */
  readonly rstrip: boolean;
  /** Whether it is matched in the normalized text, in its own normalized form. */
  readonly normalized: boolean;
  /** Whether decoding with `skipSpecialTokens` skips it. */
  readonly special: boolean;
  /** Whether it is matched in text; SentencePiece's control pieces are not. Default true. */
  readonly in_text?: boolean;
}

/** Reads an entry of `added_tokens`. */
export function readAddedToken(json: Json): AddedToken {
  const special = json.at("special").booleanOr(false);
  return {
    id: json.at("id").id(),
    content: json.at("content").string(),
    single_word: json.at("single_word").booleanOr(false),
    lstrip: json.at("lstrip").booleanOr(false),
    rstrip: json.at("rstrip").booleanOr(false),
    normalized: json.at("normalized").booleanOr(!special),
    special,
    ...(!json.at("in_text").booleanOr(true) && { in_text: false }),
  };
}

/** A stretch of text and, if it is one, its added token. */
export interface AddedTokenSplit {
  readonly text: AlignedText;
  readonly token: AddedToken | undefined;
}

/** Finds added tokens in text: the leftmost first, the longest of those that begin together. */
export class AddedTokenFinder {
  readonly #tokens: readonly AddedToken[];
  readonly #trie = new Trie();
  readonly #first: RegExp | undefined; // the beginning of any of them

  /** @param tokens the text to match, and its token */
  constructor(tokens: readonly (readonly [text: string, token: AddedToken])[]) {
    const found = tokens.filter(([content]) => content !== "");
    this.#tokens = found.map(([, token]) => token);
    for (const [i, [content]] of found.entries()) this.#trie.set(content, i);
    const units = new Set(found.map(([content]) => content.charCodeAt(0)));
    const escaped = Array.from(units, (unit) => `\\u${unit.toString(16).padStart(4, "0")}`);
    if (units.size > 0) this.#first = new RegExp(`[${escaped.join("")}]`, "g");
  }

  /** Splits `source` at the added tokens in it; no stretch without a token is empty. */
  split(source: AlignedText, budget: Budget): AddedTokenSplit[] {
    const { text } = source;
    const splits: AddedTokenSplit[] = [];
    let last = 0;
    const first = this.#first;
    for (let i = 0; first !== undefined;) {
      first.lastIndex = i;
      if (!first.test(text)) break;
      i = first.lastIndex - 1;
      const found = this.#longestAt(text, i, budget);
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
      if (token.lstrip) start = Math.max(last, start - spacesBefore(text, start, last));
      if (token.rstrip) end += spacesAfter(text, end);
      budget.take(end - start, "added_tokens");
      if (start >= end) continue; // white space that belongs to the token before
      if (last < start) splits.push({ text: source.slice(last, start), token: undefined });
      splits.push({ text: source.slice(start, end), token });
      last = end;
    }
    if (last < text.length) splits.push({ text: source.slice(last, text.length), token: undefined });
    return splits;
  }

  #longestAt(text: string, start: number, budget: Budget): { token: AddedToken; end: number } | undefined {
    const trie = this.#trie;
    let longest: { token: AddedToken; end: number } | undefined;
    let i = start;
    for (let node = 0; i < text.length && (node = trie.next(node, text.charCodeAt(i))) !== 0;) {
      const token = this.#tokens[trie.valueOf(node)];
      i++;
      if (token !== undefined) longest = { token, end: i };
    }
    budget.take(4 * (i - start), "added_tokens");
    return longest;
  }
}

// Word characters as Rust's regex crate has them (https://www.unicode.org/reports/tr18/#word).
// With a plus: V8 14.6 and 15.0 (Node 26, Deno 2.9) find none beyond U+FFFF by a single class in front of a $.
const WORD_BEFORE = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+$/u;
const WORD_AFTER = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u;
const SPACE = /\p{White_Space}/u;

function spacesBefore(text: string, end: number, start: number): number {
  let count = 0;
  while (count < end - start && SPACE.test(text.charAt(end - count - 1))) count++;
  return count;
}

function spacesAfter(text: string, start: number): number {
  let count = 0;
  while (start + count < text.length && SPACE.test(text.charAt(start + count))) count++;
  return count;
}
