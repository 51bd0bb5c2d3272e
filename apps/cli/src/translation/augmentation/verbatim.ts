import type { RandomStream } from "@qkv/nn";
import { chance, integer, pick } from "./draw.ts";
import { firstName, madeUp, surname } from "./names.ts";
import type { ValueLists } from "./valueLists.ts";

type DrawText = (random: RandomStream, lists: ValueLists) => string;

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
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

/** What all languages write alike, by the name of its slot. */
export const VERBATIM: Readonly<Record<string, DrawText>> = {
  url: (random) => {
    const start = pick(["https://", "https://", "http://", "www.", "https://www.", ""], random);
    return `${start}${domain(random)}${chance(0.6, random) ? path(random) : ""}`;
  },
  email: (random, lists) => {
    const first = written(firstName, random, lists)
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
  mobile: (random) => {
    const four = () => String(integer(0, 9999, random)).padStart(4, "0");
    return `010${chance(0.8, random) ? `-${four()}-` : four()}${four()}`; // a mobile phone in Korea
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
        `${written(surname, random, lists)} Street`,
        `rue ${written(surname, random, lists)}`,
        `${pick(STREETS_OF.slice(0, 3), random)} ${written(firstName, random, lists)} ${written(surname, random, lists)}`,
      ],
      random,
    );
    return `${integer(2, 299, random)}${street.startsWith("rue") && chance(0.5, random) ? "," : ""} ${street}`;
  },
};

/** A name as English writes it. */
const written = (draw: typeof firstName, random: RandomStream, lists: ValueLists) => draw(random, lists).en[0] ?? "";

function word(random: RandomStream): string {
  return chance(0.5, random) ? pick(WORDS, random) : (madeUp(random).en[0] ?? "").toLowerCase();
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
