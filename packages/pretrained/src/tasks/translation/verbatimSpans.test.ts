import { expect, test } from "vitest";
import { verbatimSpans } from "./verbatimSpans.ts";

const textsOf = (text: string) => verbatimSpans(text).map((span) => span.text);

test.each([
  ["See https://a.org/x?y=1#z, or www.b.fr.", ["https://a.org/x?y=1#z", "www.b.fr"]],
  ["(voir https://fr.wikipedia.org/wiki/Lyon_(ville))", ["https://fr.wikipedia.org/wiki/Lyon_(ville)"]],
  ["Écrivez à zoé.d@exemple.fr !", ["zoé.d@exemple.fr"]],
  ["Call (878) 033-5659 or +33 5 72 44 35 91.", ["(878) 033-5659", "+33 5 72 44 35 91"]],
  ["She moved in 1544, to room 30551.", ["1544", "30551"]],
  ["Voir blog.fr/a#b, docs-music.io:80 ou x.it/abc !", ["blog.fr/a#b", "docs-music.io:80", "x.it/abc"]],
  ["제 이메일은 kim@example.com이에요.", ["kim@example.com"]],
  [
    "www.a.kr에서는, example.com을 (b.org/x?y=1으로) 보세요. a.zip이에요!",
    ["www.a.kr", "example.com", "b.org/x?y=1", "a.zip"],
  ],
  ["https://ko.wikipedia.org/wiki/서울은 한국.com과", ["https://ko.wikipedia.org/wiki/서울은", "한국.com"]],
  ["Open rombol.txt and _a-1.tar.zip?", ["rombol.txt", "_a-1.tar.zip"]],
])("finds addresses, phone numbers and long numbers: %s", (text, spans) => {
  expect(textsOf(text)).toEqual(spans);
});

test.each([
  "We have 19 cats, 402,000 euros and 1 234 567 stamps.", // thousands apart, and what is short
  "On 2024-05-17 or 17.05.2024, at 20:50 or 10.30 p.m.",
  "It costs 19.9995 dollars.",
  "a1234 and 1234b are names",
  "I like it.it is cold.We go, e.g. at 5 a.m. in the U.S.",
  "Nothing at all, @ home.",
  "",
])("leaves what each language writes its own way: %s", (text) => {
  expect(textsOf(text)).toEqual([]);
});

test("a long text takes no longer than its length", () => {
  for (const part of ["1", "1 ", "1(", "a.", "a@", "a.com", ".com/", "a-_.", "www.(", "www.)", "é", "+1 "]) {
    expect(textsOf(part.repeat(50_000)).length).toBeLessThan(2000);
  }
});
