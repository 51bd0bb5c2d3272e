import { describe, expect, test } from "vitest";
import { FORMS, languageOf } from "./forms.ts";

const both = (write: (forms: (typeof FORMS)["en"]) => readonly string[]) => [write(FORMS.en)[0], write(FORMS.fr)[0]];

describe("what English and French write differently", () => {
  test.each([
    [2, "two", "deux"],
    [21, "twenty-one", "vingt et un"],
    [71, "seventy-one", "soixante et onze"],
    [80, "eighty", "quatre-vingts"],
    [81, "eighty-one", "quatre-vingt-un"],
    [99, "ninety-nine", "quatre-vingt-dix-neuf"],
  ])("%d in words", (n, en, fr) => {
    expect(both(({ words }) => [words(n)])).toEqual([en, fr]);
  });

  test("thousands, decimals and percents", () => {
    expect(both(({ whole }) => whole(12500))).toEqual(["12,500", "12 500"]);
    expect(both(({ decimal }) => decimal(1234.5))).toEqual(["1,234.5", "1 234,5"]);
    expect(both(({ percent }) => percent(12))).toEqual(["12%", "12 %"]);
  });

  test("prices, by sign and by word, with cents where there are some", () => {
    expect(both((f) => f.price({ amount: 19.9, currency: "dollar", sign: true }))).toEqual(["$19.90", "19,90 $"]);
    expect(both((f) => f.price({ amount: 20, currency: "euro", sign: false }))).toEqual(["20 euros", "20 euros"]);
    expect(both((f) => f.price({ amount: 1500, currency: "pound", sign: false }))).toEqual([
      "1,500 pounds",
      "1 500 livres",
    ]);
  });

  test("times: French counts to 24", () => {
    expect(both((f) => f.time({ hour: 17, minute: 30, half: true }))).toEqual(["5:30 p.m.", "17 h 30"]);
    expect(FORMS.en.time({ hour: 17, minute: 30, half: true })).toContain("17:30");
    expect(both((f) => f.time({ hour: 12, minute: 0, half: true }))).toEqual(["12 p.m.", "12 h"]);
    expect(both((f) => f.time({ hour: 7, minute: 5, half: false }))).toEqual(["7:05", "7 h 05"]);
  });

  test("dates, the first of a month too", () => {
    expect(both((f) => f.date({ day: 1, month: 5, year: 2024 }))).toEqual(["May 1, 2024", "1er mai 2024"]);
    expect(both((f) => f.date({ day: 6, month: 7, weekday: 4 }))).toEqual(["Friday, July 6", "vendredi 6 juillet"]);
  });

  test("de and que lose their e before a vowel", () => {
    const { before } = FORMS.fr;
    expect([before("la voiture de ", "Anna"), before("plus que ", "Ian"), before("de ", "Tom")]).toEqual([
      "la voiture d'",
      "plus qu'",
      "de ",
    ]);
    expect(before("une grande ", "Anna")).toBe("une grande "); // not a word of its own
  });

  test("a language without forms is refused by name", () => {
    expect(() => languageOf("xx")).toThrow("expected a language of en, fr, ko, got xx");
  });
});
