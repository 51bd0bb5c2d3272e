import type { RandomStream } from "@qkv/nn";
import type { SentencePair } from "../pairs/pairs.ts";
import { chance, pick } from "./draw.ts";
import { FORMS } from "./forms.ts";
import type { Language, LanguageForms } from "./languageForms.ts";
import { drawSlot, type Filling, same, written } from "./slots.ts";
import type { SlotValue } from "./valueLists.ts";

/** A value that stands once on each side of a pair. */
interface Found {
  readonly kind: string;
  readonly value: SlotValue;
}

/** Kinds of value that take each other's place in a sentence; of a number in words the slot is `words`. */
const LISTED = ["man", "woman", "city"];

/** No number is swapped beside these: nineteen hundred, half past two. */
const PART_OF_A_NUMBER = /\b(hundred|thousand|million|billion|half|quarter|o'clock)\b|\d[.,:]\d/;

/** Swaps a number, a name, a weekday or a month of a pair for another on both sides, where both name it once. */
export class ValueSwapper {
  readonly #known = new Map<string, Found[]>();

  readonly #filling: Filling;

  constructor(filling: Filling) {
    this.#filling = filling;
    for (const kind of LISTED) for (const value of filling.lists.get(kind) ?? []) this.#add({ kind, value });
    const add = (kind: string, count: number, write: (forms: LanguageForms, i: number) => string) => {
      for (let i = 0; i < count; i++) this.#add({ kind, value: written((forms) => [write(forms, i)]) });
    };
    add("weekday", 7, ({ weekdays }, i) => weekdays[i] ?? "");
    add("month", 12, ({ months }, i) => months[i] ?? "");
    add("words", 98, ({ words }, i) => words(i + 2));
  }

  /** The pair with one of its values swapped; the pair itself if it has none that can be told. */
  swap(pair: SentencePair, random: RandomStream): SentencePair {
    const { languages } = this.#filling;
    const found = this.#find(pair);
    if (found.length === 0) return pair;
    const { kind, value } = pick(found, random);
    const other = this.#other(kind, value, random);
    const replaced = (text: string, language: Language) =>
      replaceWord(text, textOf(value, language), textOf(other, language), language);
    return { source: replaced(pair.source, languages.source), target: replaced(pair.target, languages.target) };
  }

  #add(found: Found): void {
    const key = found.value.en[0] ?? "";
    this.#known.set(key, [...(this.#known.get(key) ?? []), found]);
  }

  #find({ source, target }: SentencePair): Found[] {
    const { languages } = this.#filling;
    const english = languages.source === "en" ? source : target;
    const isPart = PART_OF_A_NUMBER.test(english);
    const words = (english.match(/\p{L}+(?:-\p{L}+)*/gu) ?? []).flatMap((word) => this.#known.get(word) ?? []);
    const digits = (english.match(/\d+/g) ?? []).map((n) => ({ kind: "digits", value: same(n) }));
    return [...words, ...digits].filter(
      ({ kind, value }) =>
        !(isPart && (kind === "words" || kind === "digits")) &&
        standsOnce(source, textOf(value, languages.source), languages.source) &&
        standsOnce(target, textOf(value, languages.target), languages.target),
    );
  }

  #other(kind: string, { en: [text = ""] }: SlotValue, random: RandomStream): SlotValue {
    const draw = (slot: string) => drawSlot(slot, this.#filling, random);
    if (kind === "words") return draw(chance(0.6, random) ? "number" : "words");
    if ((kind === "man" || kind === "woman") && chance(0.3, random)) return draw("surname");
    if (kind !== "digits") return draw(kind);
    const isNumber = Number(text) > 1 && text.length < 5; // one, or an account, has no other that fits
    return isNumber ? draw(text.length === 4 ? "year" : "number") : same(text);
  }
}

const textOf = (value: SlotValue, language: Language) => value[language]?.[0] ?? "";

/** A word by itself, not behind an apostrophe, whose word would change with it. */
const pattern = (word: string, language: Language) =>
  new RegExp(`(?<![\\p{L}\\p{N}'’-])${word}${FORMS[language].end(word)}`, "gu");

function standsOnce(text: string, word: string, language: Language): boolean {
  return word !== "" && text.includes(word) && [...text.matchAll(pattern(word, language))].length === 1;
}

function replaceWord(text: string, word: string, other: string, language: Language): string {
  const [match] = text.matchAll(pattern(word, language));
  if (match === undefined) return text;
  const { before, after } = FORMS[language];
  return before(text.slice(0, match.index), other) + other + after(other, text.slice(match.index + word.length));
}
