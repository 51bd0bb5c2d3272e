import { RandomStream } from "@qkv/nn";
import { describe, expect, test } from "vitest";
import { drawSlots, fillSlots, hasSlots } from "./fillSlots.ts";
import { isHeldOut } from "./heldOut.ts";
import type { SlotValue } from "./valueLists.ts";
import { parseValueLists } from "./valueLists.ts";

const languages = { source: "en", target: "fr" } as const;
const values = (entries: Record<string, [string, string]>) =>
  new Map(Object.entries(entries).map(([slot, [en, fr]]): [string, SlotValue] => [slot, { en: [en], fr: [fr] }]));
const fill = (source: string, target: string, entries: Record<string, [string, string]>) =>
  fillSlots({ source, target }, values(entries), languages, new RandomStream(1));

describe("fillSlots", () => {
  test("puts a value into each slot, wherever it stands on the other side", () => {
    expect(
      fill("{person} lives in {city}.", "À {city}, {person} vit.", {
        "{person}": ["Ann", "Ann"],
        "{city}": ["London", "Londres"],
      }),
    ).toEqual({ source: "Ann lives in London.", target: "À Londres, Ann vit." });
  });

  test("elides, capitalizes the start of a sentence, and ends no sentence twice", () => {
    expect(
      fill("{the} is {time}.", "{the} de {time}.", { "{the}": ["Chad", "le Tchad"], "{time}": ["5 p.m.", "aube."] }),
    ).toEqual({
      source: "Chad is 5 p.m.",
      target: "Le Tchad d'aube.",
    });
  });

  test("capitalizes beside Korean, which has no capitals, but no link", () => {
    const korean = { source: "ko", target: "en" } as const;
    const filled = (source: string, target: string, value: SlotValue) =>
      fillSlots({ source, target }, new Map([["{x}", value]]), korean, new RandomStream(1));
    const country = { en: ["the United States"], ko: ["미국"] };
    expect(filled("{x}은(는) 커요.", "{x} is big.", country).target).toBe("The United States is big.");
    const link = { en: ["help.com"], ko: ["help.com"] };
    expect(filled("이건 {x}이에요(예요).", "{x} is this.", link).target).toBe("help.com is this.");
  });

  test("a value of another language is refused", () => {
    const values = new Map([["{x}", { en: ["Tom"], ko: ["톰"] }]]);
    expect(() => fillSlots({ source: "{x}", target: "{x}" }, values, languages, new RandomStream(1))).toThrow(
      "{x}: expected a value written in fr, got none",
    );
  });

  test("a slot that nobody knows is refused by name", () => {
    const filling = { languages, lists: parseValueLists([], "lists.tsv", "fr"), part: "training" } as const;
    expect(() => drawSlots({ source: "{nonsense}", target: "" }, filling, new RandomStream(1))).toThrow("{nonsense}");
    expect(hasSlots({ source: "no slot", target: "" })).toBe(false);
  });

  test("values for training and for tests are never the same", () => {
    const lists = parseValueLists(["man\tTom\tTom", "woman\tMary\tMary"], "lists.tsv", "fr");
    for (const part of ["training", "test"] as const) {
      const drawn = Array.from({ length: 100 }, (_, i) => {
        const values = drawSlots(
          { source: "{number} {url}", target: "" },
          { languages, lists, part },
          new RandomStream(i),
        );
        return [...values.values()].map(({ en }) => en[0] ?? "");
      }).flat();
      expect(drawn.every((value) => isHeldOut(value) === (part === "test"))).toBe(true);
    }
  });

  test("names that Korean spells otherwise are drawn for tests too, and Korean ones are put together", () => {
    const lines = ["man\tTom\t톰", "woman\tMary\t메리", "given\tMinsu\t민수", "surname\tKim\t김"];
    const lists = parseValueLists(lines, "lists.tsv", "ko");
    const drawn = (slot: string, part: "training" | "test") =>
      Array.from({ length: 200 }, (_, i) => {
        const filling = { languages: { source: "ko", target: "en" }, lists, part } as const;
        const value = drawSlots({ source: slot, target: "" }, filling, new RandomStream(i)).get(slot);
        return `${value?.en[0]} ${value?.ko?.[0]}`;
      });
    for (const part of ["training", "test"] as const) expect(drawn("{man}", part)).toContain("Tom 톰");
    const whole = [...drawn("{full}", "training"), ...drawn("{full}", "test")];
    expect(whole).toContain("Minsu Kim 김민수");
    expect(whole).toContain("Kim Minsu 김민수");
    expect(whole.some((name) => name.includes("undefined"))).toBe(false);
  });
});
