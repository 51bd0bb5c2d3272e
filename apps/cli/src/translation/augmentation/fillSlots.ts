import type { RandomStream } from "@qkv/nn";
import type { SentencePair } from "../pairs/pairs.ts";
import { pick } from "./draw.ts";
import { FORMS } from "./forms.ts";
import type { Language } from "./languageForms.ts";
import { drawSlot, type Filling, type PairLanguages } from "./slots.ts";
import type { SlotValue } from "./valueLists.ts";

const SLOT = /\{([a-z]+)2?\}/g;

/** The values of a pair's slots, by the slot as it is written. */
export type SlotValues = ReadonlyMap<string, SlotValue>;

/** Whether a pair has slots to fill: `{number}`, or `{number2}` for a second one. */
export function hasSlots({ source }: SentencePair): boolean {
  return source.search(SLOT) >= 0;
}

/** Draws a value for each slot of a pair. @throws RangeError if there is no such slot */
export function drawSlots({ source }: SentencePair, filling: Filling, random: RandomStream): SlotValues {
  const values = new Map<string, SlotValue>();
  for (const [slot, name = ""] of source.matchAll(SLOT)) {
    if (!values.has(slot)) values.set(slot, drawSlot(name, filling, random));
  }
  return values;
}

/** A pair with a value in each slot: the target as one writes it best, the source as people do. */
export function fillSlots(
  pair: SentencePair,
  values: SlotValues,
  { source, target }: PairLanguages,
  random: RandomStream,
): SentencePair {
  const formsOf = (slot: string, language: Language) => {
    const value = values.get(slot);
    const forms = value === undefined ? [slot] : value[language];
    if (forms === undefined) throw new RangeError(`${slot}: expected a value written in ${language}, got none`);
    return forms;
  };
  return withFirstCapitals({
    source: filled(pair.source, source, (slot) => pick(formsOf(slot, source), random)),
    target: filled(pair.target, target, (slot) => formsOf(slot, target)[0] ?? ""),
  });
}

function filled(text: string, language: Language, valueOf: (slot: string) => string): string {
  const { before, after } = FORMS[language];
  let result = "";
  let value = "";
  let last = 0;
  const behind = (between: string) => (value === "" ? between : after(value, between));
  for (const { 0: slot, index } of text.matchAll(SLOT)) {
    const start = result + behind(text.slice(last, index));
    value = valueOf(slot);
    result = before(start, value) + value;
    last = index + slot.length;
  }
  const rest = behind(text.slice(last));
  return result.endsWith(".") && rest === "." ? result : result + rest; // 5 p.m. at the end of a sentence
}

/** How a sentence starts, beside that whose first slot is filled: with a capital, or in a script that has none. */
const STARTS = /^[\p{Lu}\p{Script=Hangul}]/u;

/** A country that begins a sentence has a capital there, its article too; a link has none. */
function withFirstCapitals({ source, target }: SentencePair): SentencePair {
  const isSentence = /[.!?]$/.test(source) && [source, target].some((text) => STARTS.test(text));
  const isWord = (text: string) => /^[\p{L}'’-]+(?![^\s,!?])/u.test(text);
  const capital = (text: string) => (isSentence && isWord(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text);
  return { source: capital(source), target: capital(target) };
}
