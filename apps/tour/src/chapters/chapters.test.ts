// The two languages of each chapter say the same things in the same places, and every name in them leads to something.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseChapter } from "../../vite/parseChapter.ts";

const FOLDER = import.meta.dirname;
const PROGRAMS = join(FOLDER, "../../../../examples/tour");
const folders = readdirSync(FOLDER).filter((name) => /^\d\d-/.test(name));
const read = (folder: string, file: string) => readFileSync(join(FOLDER, folder, file), "utf8");

describe.each(folders)("%s", (folder) => {
  const [english, korean] = ["en", "ko"].map((language) => {
    const file = `text.${language}.md`;
    return parseChapter(read(folder, file), file, (name) => readFileSync(join(PROGRAMS, name), "utf8"));
  }) as [ReturnType<typeof parseChapter>, ReturnType<typeof parseChapter>];
  const placed = ({ blocks }: typeof english) => blocks.flatMap((block) => (block.kind === "prose" ? [] : [block]));

  test("figures and programs stand in the same order in both languages", () => {
    expect(placed(korean)).toEqual(placed(english));
    expect(placed(english).filter(({ kind }) => kind === "figure").length).toBeGreaterThan(1);
    expect(placed(english).filter(({ kind }) => kind === "program").length).toBeGreaterThan(0);
  });

  test("the folder brings each figure, by its name", () => {
    const index = read(folder, "index.ts");
    const figures = placed(english).filter(({ kind }) => kind === "figure");
    for (const { name } of figures) expect(index).toContain(`${name}: `);
  });

  test("the exercise has the same answer in both", () => {
    const answerOf = ({ exercise: { answer } }: typeof english) =>
      answer.kind === "number" ? answer : { kind: answer.kind, right: answer.right, options: answer.options.length };
    expect(answerOf(korean)).toEqual(answerOf(english));
  });

  test("both have the same formulas and headings", () => {
    const formulas = ({ blocks }: typeof english) =>
      blocks.flatMap((block) => (block.kind === "prose" ? (block.html.match(/<p class="formula"/g) ?? []) : [])).length;
    const headings = ({ blocks }: typeof english) =>
      blocks.flatMap((block) => (block.kind === "prose" ? (block.html.match(/<h2>/g) ?? []) : [])).length;
    expect([formulas(korean), headings(korean)]).toEqual([formulas(english), headings(english)]);
  });

  test("no formula brings styles, which the page's policy forbids", () => {
    for (const text of [english, korean]) expect(JSON.stringify(text)).not.toContain("style=");
  });
});
