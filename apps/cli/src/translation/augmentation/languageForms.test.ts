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

  test("Korean says the half of the day, and who is paid in won", () => {
    const { ko } = FORMS;
    expect(ko.time({ hour: 15, minute: 30, half: true })).toEqual(["오후 3시 30분", "오후 3시 반", "15:30"]);
    expect(ko.time({ hour: 9, minute: 0, half: false })[0]).toBe("9시");
    expect(ko.date({ day: 5, month: 3, year: 2024, weekday: 1 })[0]).toBe("2024년 3월 5일 화요일");
    expect(ko.price({ amount: 20000, currency: "won", sign: true })).toEqual([
      "20,000원",
      "20,000 원",
      "20000원",
      "2만 원",
    ]);
    expect(ko.price({ amount: 19.9, currency: "dollar", sign: true })[0]).toBe("19.90달러");
    const prices = (amount: number, currency: "won" | "dollar") =>
      FORMS.en.price({ amount, currency, sign: undefined });
    expect(prices(20000, "won")).toEqual(["20,000 won", "₩20,000", "20,000₩"]);
    expect(prices(20, "dollar")).toEqual(["$20", "20$", "20 dollars"]);
  });

  test.each([
    [3, "세"],
    [11, "열한"],
    [20, "스무"],
    [21, "스물한"],
    [99, "아흔아홉"],
  ])("%d before a counter is %s", (n, word) => {
    expect(FORMS.ko.words(n)).toBe(word);
  });

  test.each([
    ["톰", "은(는)", "은"],
    ["메리", "은(는)", "는"],
    ["서울", "(으)로", "로"],
    ["부산", "(으)로", "으로"],
    ["파리", "(으)로", "로"],
    ["3", "이에요(예요)", "이에요"],
    ["12", "이에요(예요)", "예요"],
    ["5 kg", "이(가)", "이"],
    ["5 km", "이(가)", "가"],
    ["https://help.com", "을(를)", "을"],
    ["https://help.fr/shop", "을(를)", "를"],
    ["Bill", "(으)로", "로"],
    ["데이브", "(이)라고", "라고"],
    ["12%", "과(와)", "와"],
  ])("behind %s, %s is %s", (value, written, particle) => {
    expect(FORMS.ko.after(value, `${written} 그래요`)).toBe(`${particle} 그래요`);
  });

  test("a language without forms is refused by name", () => {
    expect(() => languageOf("xx")).toThrow("expected a language of en, fr, ko, got xx");
  });
});
