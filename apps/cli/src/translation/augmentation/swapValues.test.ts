import { RandomStream } from "@qkv/nn";
import { describe, expect, test } from "vitest";
import { isHeldOut } from "./heldOut.ts";
import { ValueSwapper } from "./swapValues.ts";
import { parseValueLists } from "./valueLists.ts";

const lists = parseValueLists(
  ["man\tTom\tTom", "man\tIan\tIan", "city\tLondon\tLondres", "city\tVienna\tVienne", "surname\tAdams\tAdams"].filter(
    (line) => !isHeldOut(line.split("\t")[1] ?? ""),
  ),
  "lists.tsv",
  "fr",
);
const swapper = new ValueSwapper({ languages: { source: "en", target: "fr" }, lists, part: "training" });
const swaps = (source: string, target: string) =>
  Array.from({ length: 60 }, (_, i) => swapper.swap({ source, target }, new RandomStream(7).fork(i)));

describe("ValueSwapper", () => {
  test("puts another number in the place of one in words, the same on both sides", () => {
    for (const { source, target } of swaps("I have three dogs.", "J'ai trois chiens.")) {
      const [, n] = /^I have (\S+) dogs\.$/.exec(source) ?? [];
      const [, m] = /^J'ai (.+) chiens\.$/.exec(target) ?? [];
      expect(n).toBeDefined();
      if (/^\d+$/.test(n ?? "")) expect(m).toBe(n);
      else expect(m).not.toMatch(/\d/);
    }
  });

  test("swaps a year for a year", () => {
    for (const { source, target } of swaps("He died in 1960.", "Il est mort en 1960.")) {
      const year = /\d+/.exec(source)?.[0] ?? "";
      expect(Number(year)).toBeGreaterThanOrEqual(1500);
      expect(target).toBe(`Il est mort en ${year}.`);
    }
  });

  test("swaps a name, and elides before a vowel", () => {
    const found = swaps("Tom's dog", "Le chien de Tom");
    expect(found).toContainEqual({ source: "Ian's dog", target: "Le chien d'Ian" });
  });

  test.each([
    ["a city that both sides have", "I saw London.", "J'ai vu Londres.", true],
    ["a name that one side lacks", "Tom is here.", "Il est ici.", false],
    ["a name behind an apostrophe", "I see Ian and that's all.", "qu'Ian", false],
    ["a part of a larger number", "two hundred dogs", "deux cents chiens", false],
    ["a word that is only a part", "Tomato", "Tomate", false],
    ["one, as its noun is no plural", "Open page 1.", "Ouvre la page 1.", false],
    ["a value that one side has twice", "Tom and Tom", "Tom", false],
  ])("%s", (_what, source, target, isSwapped) => {
    expect(swaps(source, target).some((pair) => pair.source !== source)).toBe(isSwapped);
  });

  test("draws nothing that is kept for tests", () => {
    for (const { source } of swaps("I have 12 dogs.", "J'ai 12 chiens.")) {
      const n = /\d+/.exec(source)?.[0] ?? "";
      expect(isHeldOut(n), n).toBe(false);
    }
  });

  test("Korean particles follow the new name", () => {
    const names = ["man\tTom\t톰", "man\tIan\t이언", "woman\tMary\t메리", "surname\tFord\t포드"];
    const languages = { source: "en", target: "ko" } as const;
    const korean = new ValueSwapper({ languages, lists: parseValueLists(names, "lists.tsv", "ko"), part: "training" });
    const swap = (source: string, target: string) =>
      Array.from({ length: 60 }, (_, i) => korean.swap({ source, target }, new RandomStream(7).fork(i)));
    expect(swap("Tom sleeps.", "톰은 자요.")).toContainEqual({ source: "Ford sleeps.", target: "포드는 자요." });
    expect(swap("I like Mary.", "나는 메리를 좋아해.")).not.toContainEqual(
      expect.objectContaining({ target: /는를|을를/ }),
    );
    expect(swap("I have 3 dogs.", "개 3마리가 있어요.").some(({ target }) => !target.includes("3"))).toBe(true);
    const [kept] = swap("The bus leaves at 3 p.m.", "버스는 오후 3시에 떠나요.");
    expect(kept?.target).toBe("버스는 오후 3시에 떠나요.");
  });
});
