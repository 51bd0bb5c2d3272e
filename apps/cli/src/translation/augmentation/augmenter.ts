import type { RandomStream } from "@qkv/nn";
import type { SentencePair } from "../pairs/pairs.ts";
import type { Augmentation } from "../config/trainingConfig.ts";
import type { Casing } from "./casing.ts";
import { chance } from "./draw.ts";
import { drawSlots, fillSlots, hasSlots } from "./fillSlots.ts";
import type { Filling } from "./slots.ts";
import { inCasualSpeech } from "./speechLevel.ts";
import { ValueSwapper } from "./swapValues.ts";
import {
  inCapitals,
  joined,
  withoutAccents,
  withoutApostrophes,
  withoutFinalMark,
  withoutOneSpace,
  withoutSpaceBeforeMarks,
} from "./writing.ts";

/** Sentences of up to so many characters are joined to another. */
const JOINED_LENGTH = 45;

/** Makes of a pair one that people may as well have written: other values, and other ways of writing it. */
export class Augmenter {
  readonly #rates: Augmentation;
  readonly #filling: Filling;
  readonly #casing: Casing;
  readonly #swapper: ValueSwapper;

  /** @param casing of the target language */
  constructor(rates: Augmentation, filling: Filling, casing: Casing) {
    this.#rates = rates;
    this.#filling = filling;
    this.#casing = casing;
    this.#swapper = new ValueSwapper(filling);
  }

  /** @param another draws a pair that may follow */
  augment(pair: SentencePair, another: () => SentencePair, random: RandomStream): SentencePair {
    const rates = this.#rates;
    let result = hasSlots(pair) ? this.#filled(pair, random) : pair;
    if (chance(rates.swapped, random)) result = this.#swapper.swap(result, random);
    if (chance(rates.joined, random)) result = joinedIfShort(result, another());
    return this.#written(result, random);
  }

  #filled(pair: SentencePair, random: RandomStream): SentencePair {
    return fillSlots(pair, drawSlots(pair, this.#filling, random), this.#filling.languages, random);
  }

  #written(pair: SentencePair, random: RandomStream): SentencePair {
    const rates = this.#rates;
    let result = pair;
    if (this.#filling.languages.source === "fr") {
      if (chance(rates.noSpaceBeforeMarks, random)) result = withoutSpaceBeforeMarks(result);
      if (chance(rates.noAccents, random)) result = withoutAccents(result);
    }
    if (this.#filling.languages.source === "ko") {
      if (chance(rates.casual, random)) result = { ...result, source: inCasualSpeech(result.source) };
      if (chance(rates.oneSpaceLess, random)) result = withoutOneSpace(result, random);
    }
    if (chance(rates.noApostrophes, random)) result = withoutApostrophes(result);
    if (chance(rates.capitals, random)) return inCapitals(result);
    const isSmall = chance(rates.smallLetters, random);
    if (chance(isSmall ? 0.6 : rates.noFinalMark, random)) result = withoutFinalMark(result);
    return isSmall ? this.#inSmallLetters(result) : result;
  }

  /** The source in small letters; the target keeps the capitals of its names. Links stay as they are. */
  #inSmallLetters({ source, target }: SentencePair): SentencePair {
    if (/[@/]|\p{L}\d|\w\.\w/u.test(source)) return { source, target };
    return { source: source.toLowerCase(), target: this.#casing.withSmallStart(target) };
  }
}

function joinedIfShort(first: SentencePair, second: SentencePair): SentencePair {
  const isShort = [first, second].every(({ source }) => source.length <= JOINED_LENGTH && /[.!?]$/.test(source));
  return isShort ? joined(first, second) : first;
}
