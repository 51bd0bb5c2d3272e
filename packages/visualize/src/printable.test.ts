import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable } from "./printable.ts";

describe("printable", () => {
  test.each([
    ["an escape sequence that sets the title", "\u001b]0;owned\u0007cat", "\\u001b]0;owned\\u0007cat"],
    ["the same by C1 controls", "\u009d0;owned\u009ccat", "\\u009d0;owned\\u009ccat"],
    ["backspaces and deletes", "good\b\b\b\bbad\u007f", "good\\b\\b\\b\\bbad\\u007f"],
    ["line ends of all kinds", "a\r\nb\u0085c\u2028d\u2029e", "a\\r\\nb\\u0085c\\u2028d\\u2029e"],
    ["overrides and isolates of direction", "\u202etac\u202c \u2066x\u2069", "\\u202etac\\u202c \\u2066x\\u2069"],
    ["marks of direction", "a\u200eb\u200fc\u061cd", "a\\u200eb\\u200fc\\u061cd"],
    ["what has no width", "a\u200bb\u2060c\ufeffd\u00ade\u180ef", "a\\u200bb\\u2060c\\ufeffd\\u00ade\\u180ef"],
    ["joiners between Latin letters", "pay\u200dpal\u200c", "pay\\u200dpal\\u200c"],
    ["a joiner alone", "\u200d", "\\u200d"],
    ["tags and selectors that hide bytes", "a\u{e0041}\u{e0101}", "a\\udb40\\udc41\\udb40\\udd01"],
    ["fillers", "\u3164\u115f\uffa0", "\\u3164\\u115f\\uffa0"],
    ["annotations", "\ufff9a\ufffab\ufffb", "\\ufff9a\\ufffab\\ufffb"],
    ["half of a character", "\ud83d", "\\ud83d"],
  ])("escapes %s", (_, text, shown) => expect(printable(text)).toBe(shown));

  test.each([
    "le chat",
    "▁é",
    "한국어",
    "עברית",
    "العربية",
    "می\u200cخواهم",
    "क्\u200dष",
    "👩\u200d👩\u200d👧",
    "❤\ufe0f",
    "1\ufe0f⃣",
    "a\\u001b",
  ])("leaves %s", (text) => expect(printable(text)).toBe(text));

  test("keeps line feeds and tabs of a text of several lines, and nothing else", () =>
    expect(printable("a\tb\nc\rd\u001b[2J", { lines: true })).toBe("a\tb\nc\\rd\\u001b[2J"));

  test("leaves JSON the same JSON, and itself", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const json = printable(JSON.stringify(text));
        expect(JSON.parse(json)).toBe(text);
        expect(json).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/u);
        expect(printable(json)).toBe(json);
      }),
    );
  });

  test.each(["safetensors/src", "tokenizers/src/checks"])("is the same in %s, which depends on nothing", (folder) => {
    const source = (of: string) => readFileSync(new URL(`../../${of}/printable.ts`, import.meta.url), "utf8");
    expect(source(folder)).toBe(source("visualize/src"));
  });
});
