// What a guide shows runs: each block of code names the file that it is cut from, line by line, and that file is part of a
// project that `pnpm test:packed` builds, or of an example that test/examples.test.ts runs.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { EXAMPLES } from "./examples.ts";
import { ROOT } from "./workspace.ts";

const FOLDER = "docs/guides";
const PROJECT = /^(?:test\/packed|examples\/guides)\/./;
const UNTESTED = ["sh", "text"]; // what is typed, and what is printed

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const pages = readdirSync(join(ROOT, FOLDER)).filter((name) => name.endsWith(".md"));
const guides = pages.filter((name) => name !== "README.md").map((name) => `${FOLDER}/${name}`);

/** A fenced block: ```` ```js test/packed/hono/server.mjs ````. */
interface Block {
  readonly language: string;
  /** The file that it says it is cut from. */
  readonly file: string;
  readonly code: string;
}

function blocksOf(guide: string): Block[] {
  const found = read(guide).matchAll(/^```(\S*)(?: (\S+))?\n([^]*?)^```$/gm);
  return Array.from(found, ([, language = "", file = "", code = ""]) => ({ language, file, code })).filter(
    ({ language }) => !UNTESTED.includes(language),
  );
}

/** Whether the code's lines stand in the text one after the other, all further to the right by the same number of spaces. */
function isExcerpt(code: string, text: string): boolean {
  const wanted = code.trimEnd().split("\n");
  const lines = text.split("\n");
  return lines.some((first, start) => {
    const indent = " ".repeat(first.length - first.trimStart().length);
    return wanted.every((line, i) => lines[start + i] === (line === "" ? "" : indent + line));
  });
}

test("an excerpt is every line, in order, at any depth", () => {
  const text = "a\n  b {\n    c\n\n  }\nd\n";
  expect(["b {\n  c\n\n}\n", "a\n", "a\n  b {\n"].filter((code) => !isExcerpt(code, text))).toEqual([]);
  expect(["b {\n  c\n}\n", "b\n", "b {\nc\n", "a\nb {\n", "d\nd\n"].filter((code) => isExcerpt(code, text))).toEqual(
    [],
  );
});

describe.each(guides)("%s", (guide) => {
  test("shows code, all of it cut from files that run", () => {
    const blocks = blocksOf(guide);
    const wrong = blocks.filter(({ file, code }) => {
      return !PROJECT.test(file) || !existsSync(join(ROOT, file)) || !isExcerpt(code, read(file));
    });
    expect(wrong.map(({ language, file, code }) => `${language} ${file}: ${code.split("\n")[0]}`)).toEqual([]);
    expect(blocks.length).toBeGreaterThan(0);
  });

  test("leads to every file that it shows, and to nothing that is not there", () => {
    const links = Array.from(read(guide).matchAll(/\]\((?!https?:|#)([^)#]+)/g), ([, link = ""]) =>
      join(dirname(guide), link),
    );
    expect(links.filter((link) => !existsSync(join(ROOT, link)))).toEqual([]);
    const shown = new Set(blocksOf(guide).map(({ file }) => file));
    expect([...shown].filter((file) => !links.includes(file))).toEqual([]);
  });
});

test("every example of a guide is shown there", () => {
  const examples = Object.entries(EXAMPLES).filter(([, { readme }]) => readme.startsWith(FOLDER));
  const unshown = examples.filter(
    ([name, { readme }]) => !blocksOf(readme).some(({ file }) => file === `examples/${name}`),
  );
  expect(unshown.map(([name]) => name)).toEqual([]);
});

test("the index leads to every guide", () => {
  const index = read(`${FOLDER}/README.md`);
  expect(guides.filter((guide) => !index.includes(`](${guide.slice(FOLDER.length + 1)})`))).toEqual([]);
});
