// What the English pages say, the Korean ones say too: their headings, code, links, pictures and tables correspond, and no
// number is missing. Where a test is red, one page was changed and its translation was not.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT } from "./workspace.ts";

const PAGES = ["README", "examples/README"];

describe.each(PAGES)("%s", (page) => {
  const english = read(`${page}.md`);
  const korean = read(`${page}.ko.md`);

  test("the two lead to each other", () => {
    expect(linksOf(english)).toContain("README.ko.md");
    expect(linksOf(korean)).toContain("README.md");
  });

  test("the same headings, one for one", () => {
    expect(headingsOf(korean).map(levelOf)).toEqual(headingsOf(english).map(levelOf));
  });

  test("the same code, but for its comments", () => {
    expect(codeOf(korean)).toEqual(codeOf(english));
  });

  test("the same links and pictures, each as often", () => {
    const pageOf = (link: string) => link.replace(/\.ko\.md$/, ".md"); // each may lead to its own language
    expect(linksOf(korean).map(pageOf).sort()).toEqual(linksOf(english).map(pageOf).sort());
  });

  test("tables with as many rows and columns", () => {
    expect(tablesOf(korean)).toEqual(tablesOf(english));
  });

  test("every number, section by section", () => {
    const sections = sectionsOf(korean);
    const missing = sectionsOf(english).map((section, i) => {
      const told = numbersOf(sections[i] ?? "");
      return numbersOf(section).filter((number) => !told.includes(number));
    });
    const headings = ["the beginning", ...headingsOf(english).slice(1)];
    expect(missing.flatMap((numbers, i) => numbers.map((number) => `${headings[i]}: ${number}`))).toEqual([]);
  });
});

const FENCED = /^```[^]*?^```$/gm;

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

function codeOf(text: string): string[] {
  return Array.from(text.matchAll(FENCED), ([block]) => block.replace(/\s+(?:#|\/\/) .*$/gm, ""));
}

function proseOf(text: string): string {
  return text.replace(FENCED, "");
}

function headingsOf(text: string): string[] {
  return proseOf(text).match(/^#+ .*$/gm) ?? [];
}

function levelOf(heading: string): number {
  return heading.indexOf(" ");
}

/** The text before the first heading below the title, then that of each. */
function sectionsOf(text: string): string[] {
  return proseOf(text).split(/^##+ /m);
}

function linksOf(text: string): string[] {
  return Array.from(proseOf(text).matchAll(/\]\(([^)]+)\)/g), ([, target = ""]) => target);
}

/** The number of cells of each line of each table. */
function tablesOf(text: string): number[][] {
  const tables = proseOf(text).match(/(?:^\|.*\|\n)+/gm) ?? [];
  return tables.map((table) =>
    table
      .trim()
      .split("\n")
      .map((line) => line.split("|").length - 2),
  );
}

function numbersOf(text: string): string[] {
  return text.match(/\d+(?:[.,]\d+)*/g) ?? [];
}
