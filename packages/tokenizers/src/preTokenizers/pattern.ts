import type { Json } from "../json/configValue.ts";
import type { Parts } from "../components/registry.ts";
import type { Matcher } from "../components/matcher.ts";
import { TokenizerError } from "../checks/tokenizerError.ts";

/** A pattern: a literal text or a regular expression. */
export type PatternConfig = { readonly String: string } | { readonly Regex: string };

/** Makes the matcher of a `{"String": ...}` or `{"Regex": ...}`. */
export function patternMatcher(pattern: Json, { regex: matcherOf }: Parts): Matcher {
  const literal = pattern.at("String");
  if (!literal.isAbsent) return literalMatcher(literal.string());
  const regex = pattern.at("Regex");
  if (matcherOf === undefined) throw new TokenizerError(`${regex.path}: regular expressions are not among the parts`);
  return matcherOf(regex.string(), regex.path);
}

/** Makes the matcher of a literal text; an empty one matches between all characters. */
export function literalMatcher(literal: string): Matcher {
  if (literal === "") return betweenChars;
  return (text, found) => {
    for (let at = text.indexOf(literal); at >= 0; at = text.indexOf(literal, at + literal.length)) {
      found(at, at + literal.length);
    }
  };
}

const betweenChars: Matcher = (text, found) => {
  let at = 0;
  for (const char of text) {
    found(at, at);
    at += char.length;
  }
  if (at > 0) found(at, at);
};
