import type { Json } from "./json.ts";
import { escapeRegex, translateRegex } from "./regex.ts";
import { type Matcher, regexMatcher } from "./split.ts";

/** What to look for: a literal text or a regular expression. */
export type PatternConfig = { readonly String: string } | { readonly Regex: string };

/** The global expression of a `{"String": ...}` or `{"Regex": ...}`. */
export function patternRegex(pattern: Json): RegExp {
  const literal = pattern.at("String");
  if (!literal.isAbsent) return new RegExp(escapeRegex(literal.string()), "gu");
  const regex = pattern.at("Regex");
  return translateRegex(regex.string(), regex.path);
}

/** Where a `{"String": ...}` or `{"Regex": ...}` matches. */
export function patternMatcher(pattern: Json): Matcher {
  return regexMatcher(patternRegex(pattern));
}
