import { words } from "./words.ts";

const ENTITIES: readonly (readonly [string, string])[] = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
];

/** Rules of tokenization: a pattern and its replacement. */
const CUTS: readonly (readonly [RegExp, string])[] = [
  [/([ -&(-+:-@/[-`{-~])/gu, " $1 "], // ASCII punctuation but ' , - .
  [/([^0-9])([.,])/gu, "$1 $2 "], // . and , are part of a number only between two digits
  [/([.,])([^0-9])/gu, " $1 $2"],
  [/([0-9])(-)/gu, "$1 $2 "], // - after a digit
];

/** Tokenizes as WMT's mteval-v13a, sacreBLEU's default. */
export function tokenize13a(text: string): string[] {
  let line = text.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  for (const [entity, character] of ENTITIES) line = line.replaceAll(entity, character);
  line = ` ${line} `;
  for (const [cut, replacement] of CUTS) line = line.replace(cut, replacement);
  return words(line);
}
