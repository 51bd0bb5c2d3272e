import type { Json } from "./json.ts";
import { literalMatcher, regexMatcher } from "./regex.ts";
import type { Matcher } from "./split.ts";

/** What to look for: a literal text or a regular expression. */
export type PatternConfig = { readonly String: string } | { readonly Regex: string };

/** Where a `{"String": ...}` or `{"Regex": ...}` matches. */
export function patternMatcher(pattern: Json): Matcher {
  const literal = pattern.at("String");
  if (!literal.isAbsent) return literalMatcher(literal.string());
  const regex = pattern.at("Regex");
  return regexMatcher(regex.string(), regex.path);
}
