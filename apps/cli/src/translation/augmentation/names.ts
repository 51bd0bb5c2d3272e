import type { RandomStream } from "@qkv/nn";
import { chance, integer, pick } from "./draw.ts";
import { syllable } from "./hangul.ts";
import type { SlotValue, ValueLists } from "./valueLists.ts";

type DrawName = (random: RandomStream, lists: ValueLists) => SlotValue;

/** People's names, by the name of their slot: of the lists, or one in four that nobody has. */
export const NAMES: Readonly<Record<string, DrawName>> = {
  person: (random, lists) => (chance(0.25, random) ? madeUp(random) : firstName(random, lists)),
  full: (random, lists) => {
    const [first, last] = [firstName(random, lists), surname(random, lists)];
    const isKorean = [...(last.ko?.[0] ?? "")].length === 1; // 김
    if (isKorean) return koreanName(last, pick(lists.get("given") ?? [], random), random);
    return alike((language) => `${first[language]?.[0]} ${last[language]?.[0]}`);
  },
  surname,
};

export function firstName(random: RandomStream, lists: ValueLists): SlotValue {
  return pick(lists.get(chance(0.5, random) ? "man" : "woman") ?? [], random);
}

export function surname(random: RandomStream, lists: ValueLists): SlotValue {
  if (chance(0.25, random)) return madeUp(random);
  return pick(lists.get("surname") ?? [], random);
}

/** A Korean name, whose family name comes first and without a space; in Latin letters people write it either way round. */
function koreanName({ en: [family = ""], ko: [surname = ""] = [] }: SlotValue, given: SlotValue, random: RandomStream) {
  const [name, first] = [given.en[0] ?? "", given.ko?.[0] ?? ""];
  const latin = chance(0.5, random) ? `${name} ${family}` : `${family} ${name}`;
  return { en: [latin], fr: [latin], ko: [`${surname}${first}`] };
}

/** The vowels of made-up names, and how Hangul writes them: a vowel, and one of a syllable of its own. */
const VOWELS = "a/ㅏ e/ㅔ i/ㅣ o/ㅗ u/ㅜ a/ㅏ e/ㅔ i/ㅣ o/ㅗ ai/ㅏㅣ ee/ㅣ ou/ㅜ ia/ㅣㅏ".split(" ");

/** Their onsets: in Hangul the last consonant, and those before it, which have a syllable of their own. */
const ONSETS =
  "b/ㅂ c/ㅋ d/ㄷ f/ㅍ g/ㄱ h/ㅎ j/ㅈ k/ㅋ l/ㄹ m/ㅁ n/ㄴ p/ㅍ r/ㄹ s/ㅅ t/ㅌ v/ㅂ w/ㅇ z/ㅈ br/ㅂㄹ cr/ㅋㄹ dr/ㄷㄹ gr/ㄱㄹ kr/ㅋㄹ tr/ㅌㄹ pl/ㅍㄹ sl/ㅅㄹ st/ㅅㅌ sh/ㅅ ch/ㅊ th/ㅅ".split(
    " ",
  );

/** Their codas: a small letter below, or a syllable with ㅡ. */
const CODAS = ["", "", "", "n/ㄴ", "r/르", "s/스", "l/ㄹ", "m/ㅁ", "k/크", "t/트", "ck/ㄱ", "nd/ㄴ드"];

/** A name that nobody has: two or three syllables. */
export function madeUp(random: RandomStream): SlotValue {
  const syllables = Array.from({ length: integer(2, 3, random) }, () =>
    [ONSETS, VOWELS, CODAS].map((letters) => {
      const [latin = "", hangul = ""] = pick(letters, random).split("/");
      return { latin, hangul };
    }),
  );
  const name = syllables.map((parts) => parts.map(({ latin }) => latin).join("")).join("");
  const latin = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    en: [latin],
    fr: [latin],
    ko: [syllables.map((parts) => inHangul(parts.map((part) => part.hangul))).join("")],
  };
}

function inHangul([onsets = "", vowels = "", coda = ""]: readonly string[]): string {
  const own = [...onsets].slice(0, -1).map((onset) => syllable(onset, "ㅡ"));
  const [first = "", second] = vowels;
  const [below = "", ...rest] = /^[ㄱ-ㅎ]/.test(coda) ? coda : ["", ...coda];
  const onset = onsets.at(-1) ?? "";
  const middle =
    second === undefined ? syllable(onset, first, below) : syllable(onset, first) + syllable("ㅇ", second, below);
  return [...own, middle, ...rest].join("");
}

/** A value written for each language. */
function alike(write: (language: "en" | "fr" | "ko") => string): SlotValue {
  return { en: [write("en")], fr: [write("fr")], ko: [write("ko")] };
}
