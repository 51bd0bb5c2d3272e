import type { RandomStream } from "@qkv/nn";
import { chance, integer, pick } from "./draw.ts";
import type { ValueLists } from "./valueLists.ts";

type DrawText = (random: RandomStream, lists: ValueLists) => string;

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const ONSETS = "b c d f g h j k l m n p r s t v w z br cr dr gr kr tr pl sl st sh ch th".split(" ");
const VOWELS = "a e i o u a e i o ai ee ou ia".split(" ");
const CODAS = ["", "", "", "n", "r", "s", "l", "m", "k", "t", "ck", "nd"];
const DOMAINS = "com com com org net fr fr io eu co.uk de ca info".split(" ");
const WORDS =
  "news shop blog help docs home mail data info user photo music about contact index page test item search login video france paris travel".split(
    " ",
  );
const STREETS = ["Main Street", "Park Avenue", "Oak Street", "High Street", "Church Road", "rue de la Paix"];
const STREETS_OF = ["rue", "avenue", "boulevard", "Street", "Road", "Avenue"];
const EMOJI = [
  ..."😀😁😂🤣😊😍😘😎😢😭😡👍👎👏🙏💪🎉🎂🎁🌞🌈🔥⭐🐶🐱🍕🍺🚗🏠📞💻📷⚽🎵💔💙💚💛🤔🙂😉😴🤗🥳😇🌹🌍🍀🚀✅",
];

/** What both languages write alike, by the name of its slot. */
export const VERBATIM: Readonly<Record<string, DrawText>> = {
  person: (random, lists) => (chance(0.25, random) ? madeUp(random) : firstName(random, lists)),
  full: (random, lists) => `${firstName(random, lists)} ${surname(random, lists)}`,
  surname,
  url: (random) => {
    const start = pick(["https://", "https://", "http://", "www.", "https://www.", ""], random);
    return `${start}${domain(random)}${chance(0.6, random) ? path(random) : ""}`;
  },
  email: (random, lists) => {
    const first = firstName(random, lists)
      .toLowerCase()
      .normalize("NFD")
      .replace(/[^a-z]/g, "");
    const last = pick([`.${word(random)}`, `${integer(1, 99, random)}`, `_${word(random)}`, ""], random);
    return `${chance(0.7, random) ? first : word(random)}${last}@${domain(random)}`;
  },
  phone: (random) => {
    const digits = (count: number) => Array.from({ length: count }, () => integer(0, 9, random)).join("");
    return pick(
      [
        () => `0${integer(1, 9, random)} ${[2, 2, 2, 2].map(digits).join(" ")}`,
        () => `+33 ${integer(1, 9, random)} ${[2, 2, 2, 2].map(digits).join(" ")}`,
        () => `${digits(3)}-${digits(4)}`,
        () => `${digits(3)}-${digits(3)}-${digits(4)}`,
        () => `(${digits(3)}) ${digits(3)}-${digits(4)}`,
        () => `0${digits(9)}`,
        () => `+${integer(1, 99, random)} ${digits(3)} ${digits(3)} ${digits(4)}`,
      ],
      random,
    )();
  },
  code: (random) => {
    const letters = letterRun(integer(1, 3, random), random).toUpperCase();
    return `${letters}${pick(["", "-", ""], random)}${integer(10, 99999, random)}${pick(["", "", letters.slice(0, 1)], random)}`;
  },
  version: (random) => [integer(0, 20, random), integer(0, 30, random), integer(0, 9, random)].join("."),
  file: (random) =>
    `${word(random)}${pick(["", "_", "-"], random)}${pick(["", `${integer(1, 2049, random)}`], random)}.${pick(["pdf", "txt", "jpg", "docx", "zip", "png", "csv", "mp3", "js"], random)}`,
  handle: (random) =>
    `${pick(["@", "#"], random)}${word(random)}${pick(["", "_", `${integer(1, 99, random)}`], random)}`,
  formula: (random) => {
    const [a, b] = [integer(2, 99, random), integer(2, 99, random)];
    return pick(
      [`${a} + ${b} = ${a + b}`, `${a} x ${b}`, `x = ${a}`, `${a}/${b}`, `${a}-${b}`, `${a + b} - ${b} = ${a}`],
      random,
    );
  },
  emoji: (random) => pick(EMOJI, random),
  emoji2: (random) => pick(EMOJI, random),
  address: (random, lists) => {
    const street = pick(
      [
        pick(STREETS, random),
        `${surname(random, lists)} Street`,
        `rue ${surname(random, lists)}`,
        `${pick(STREETS_OF.slice(0, 3), random)} ${firstName(random, lists)} ${surname(random, lists)}`,
      ],
      random,
    );
    return `${integer(2, 299, random)}${street.startsWith("rue") && chance(0.5, random) ? "," : ""} ${street}`;
  },
};

function firstName(random: RandomStream, lists: ValueLists): string {
  return pick(lists.get(chance(0.5, random) ? "man" : "woman") ?? [], random).en[0] ?? "";
}

function surname(random: RandomStream, lists: ValueLists): string {
  if (chance(0.25, random)) return madeUp(random);
  return pick(lists.get("surname") ?? [], random).en[0] ?? "";
}

/** A name that nobody has: two or three syllables. */
function madeUp(random: RandomStream): string {
  const syllable = () => `${pick(ONSETS, random)}${pick(VOWELS, random)}${pick(CODAS, random)}`;
  const name = Array.from({ length: integer(2, 3, random) }, syllable).join("");
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function word(random: RandomStream): string {
  return chance(0.5, random) ? pick(WORDS, random) : madeUp(random).toLowerCase();
}

function domain(random: RandomStream): string {
  return `${word(random)}${chance(0.2, random) ? `-${word(random)}` : ""}.${pick(DOMAINS, random)}`;
}

function path(random: RandomStream): string {
  const parts = Array.from({ length: integer(1, 3, random) }, () =>
    pick([word(random), word(random), `${integer(1, 2049, random)}`, letterRun(integer(2, 8, random), random)], random),
  );
  const end = pick(["", "", "/", ".html", `?id=${integer(1, 999, random)}`, `#${word(random)}`], random);
  return `/${parts.join("/")}${end}`;
}

function letterRun(length: number, random: RandomStream): string {
  return Array.from({ length }, () => pick([...LETTERS], random)).join("");
}
