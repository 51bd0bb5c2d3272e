import type { RandomStream } from "@qkv/nn";
import { chance, integer, pick } from "./draw.ts";
import { isHeldOut } from "./heldOut.ts";
import { FORMS } from "./forms.ts";
import type { Language, LanguageForms } from "./languageForms.ts";
import type { SlotValue, ValueLists } from "./valueLists.ts";
import { NAMES } from "./names.ts";
import { VERBATIM } from "./verbatim.ts";

type Draw = (random: RandomStream, filling: Filling) => SlotValue;

/** A value in the forms of each language. */
export function written(write: (forms: LanguageForms) => readonly string[]): SlotValue {
  return { en: write(FORMS.en), fr: write(FORMS.fr), ko: write(FORMS.ko) };
}

/** A value that all languages write alike. */
export const same = (text: string): SlotValue => written(() => [text]);

/** Numbers, prices, times and dates, by the name of their slot. */
const FORMATTED: Readonly<Record<string, Draw>> = {
  number: (random) => same(`${chance(0.8, random) ? integer(2, 99, random) : integer(100, 999, random)}`),
  words: (random) => {
    const n = integer(2, 99, random);
    return written(({ words }) => [words(n)]);
  },
  year: (random) => same(`${integer(1500, 2049, random)}`),
  large: (random) => {
    const n = integer(1, 999, random) * 10 ** integer(1, 4, random) + 1000;
    return written(({ whole }) => whole(n));
  },
  decimal: (random) => {
    const x = integer(1, 9999, random) / 10 ** integer(1, 2, random);
    return written(({ decimal }) => decimal(x));
  },
  percent: (random) => {
    const n = integer(2, 99, random);
    return written(({ percent }) => percent(n));
  },
  weight: (random) => measure(["kg", "kg", "g"], random),
  distance: (random) => measure(["km", "km", "m"], random),
  price: (random, { languages }) => {
    const amount = chance(0.5, random) ? integer(2, 200, random) : integer(101, 99999, random) / 100;
    const { currencies, hasSigns } = FORMS[otherThanEnglish(languages)];
    const currency = pick(currencies, random);
    const sign = chance(0.6, random);
    const price = {
      currency,
      amount: currency === "won" ? Math.ceil(amount) * 500 : amount,
      sign: hasSigns ? sign : undefined,
    };
    return written((forms) => forms.price(price));
  },
  time: (random) => {
    const hour = integer(1, 23, random);
    const time = { hour, minute: 5 * integer(0, 11, random), half: hour > 12 || chance(0.4, random) };
    return written((forms) => forms.time(time));
  },
  date: (random) => {
    const date = {
      day: integer(1, 28, random),
      month: integer(1, 12, random),
      ...(chance(0.4, random) && { year: integer(1900, 2049, random) }),
      ...(chance(0.25, random) && { weekday: integer(0, 6, random) }),
    };
    return written((forms) => forms.date(date));
  },
  weekday: (random) => {
    const day = integer(0, 6, random);
    return written(({ weekdays }) => [weekdays[day] ?? ""]);
  },
  month: (random) => {
    const month = integer(0, 11, random);
    return written(({ months }) => [months[month] ?? ""]);
  },
};

function measure(units: readonly string[], random: RandomStream): SlotValue {
  const x = chance(0.7, random) ? integer(2, 99, random) : integer(11, 999, random) / 10;
  const unit = pick(units, random);
  return written(({ decimal }) => decimal(x).flatMap((n) => [`${n} ${unit}`, `${n}${unit}`]));
}

/** The two languages of a pair. */
export interface PairLanguages {
  readonly source: Language;
  readonly target: Language;
}

/** The language of a pair that is not English. */
export function otherThanEnglish({ source, target }: PairLanguages): Language {
  return source === "en" ? target : source;
}

/** What a pair's slots are filled with. */
export interface Filling {
  readonly languages: PairLanguages;
  readonly lists: ValueLists;
  readonly part: Part;
}

/** Which values to draw: those for training, or those kept for tests. */
export type Part = "training" | "test";

/** Values of which some are kept for tests; of sets of few values, such as weekdays, all are trained on. */
const HELD_OUT = new Set([
  ..."number year large decimal percent weight distance price time date".split(" "),
  ...["man", "woman", "surname", "city", ...Object.keys(NAMES), ...Object.keys(VERBATIM)],
]);
HELD_OUT.delete("emoji");

/** Draws the value of a slot by its name. @throws RangeError if there is no such slot */
export function drawSlot(name: string, filling: Filling, random: RandomStream): SlotValue {
  const draw = FORMATTED[name] ?? drawVerbatim(name) ?? drawListed(name, filling.lists);
  const { part } = filling;
  for (let tries = 0; ; tries++) {
    const value = draw(random, filling);
    if (!HELD_OUT.has(name) || isOf(part, name, value)) return value;
    if (tries === 1000) throw new RangeError(`{${name}}: expected values for ${part}, got none in ${tries} draws`);
  }
}

/**
 * Whether a part draws a value. What the other language spells otherwise is no copy and can only be learned: cities that French does,
 * as Dresden, are trained on alone; the names of Korean lists are drawn for tests too, in sentences that nothing is trained on.
 */
function isOf(part: Part, name: string, { en: [english = ""], fr, ko }: SlotValue): boolean {
  if (fr === undefined && ko !== undefined) return true;
  const [french = english] = fr ?? [];
  const isForTests = isHeldOut(english) && !(name === "city" && french !== english);
  return isForTests === (part === "test");
}

function drawVerbatim(name: string): Draw | undefined {
  const [drawName, draw] = [NAMES[name], VERBATIM[name]];
  if (drawName !== undefined) return (random, { lists }) => drawName(random, lists);
  return draw && ((random, { lists }) => same(draw(random, lists)));
}

function drawListed(name: string, lists: ValueLists): Draw {
  const values = lists.get(name);
  if (values === undefined) throw new RangeError(`{${name}}: expected a slot that is known, got ${name}`);
  return (random) => pick(values, random);
}
