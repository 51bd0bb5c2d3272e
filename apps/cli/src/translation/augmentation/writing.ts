import type { RandomStream } from "@qkv/nn";
import { pick } from "./draw.ts";
import type { SentencePair } from "../pairs/pairs.ts";

/** Both sides without the mark at the end, if both have one. */
export function withoutFinalMark(pair: SentencePair): SentencePair {
  const mark = /\s*[.!?]$/;
  if (!mark.test(pair.source) || !mark.test(pair.target)) return pair;
  return { source: pair.source.replace(mark, ""), target: pair.target.replace(mark, "") };
}

/** Both sides in capitals. */
export function inCapitals({ source, target }: SentencePair): SentencePair {
  return { source: source.toUpperCase(), target: target.toUpperCase() };
}

/** The source without accents, as on a keyboard that has none. */
export function withoutAccents({ source, target }: SentencePair): SentencePair {
  const plain = source.normalize("NFD").replace(/\p{M}/gu, "").replace(/œ/g, "oe").replace(/Œ/g, "OE");
  return { source: plain, target };
}

/** The source without apostrophes between letters: dont, jai. */
export function withoutApostrophes({ source, target }: SentencePair): SentencePair {
  return { source: source.replace(/(?<=\p{L})['’](?=\p{L})/gu, ""), target };
}

/** The source without the space that French has before a mark. */
export function withoutSpaceBeforeMarks({ source, target }: SentencePair): SentencePair {
  return { source: source.replace(/\s+(?=[?!:;])/g, ""), target };
}

/** The source without one of its spaces, as Korean is often written in haste. */
export function withoutOneSpace({ source, target }: SentencePair, random: RandomStream): SentencePair {
  const spaces = [...source.matchAll(/(?<=\p{Script=Hangul}) (?=\p{Script=Hangul})/gu)].map(({ index }) => index);
  if (spaces.length === 0) return { source, target };
  const at = pick(spaces, random);
  return { source: source.slice(0, at) + source.slice(at + 1), target };
}

/** Two sentences, one after the other. */
export function joined(first: SentencePair, second: SentencePair): SentencePair {
  return { source: `${first.source} ${second.source}`, target: `${first.target} ${second.target}` };
}
