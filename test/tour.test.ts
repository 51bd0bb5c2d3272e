// The programs of the guided tour run at a tiny size, say what they should, what is kept of a whole run too, leave nothing
// behind and write their pictures; and the tour's pages, in both languages, lead to every one of them.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ROOT } from "./workspace.ts";

const FOLDER = join(ROOT, "examples/tour");
const KEPT = join(ROOT, "docs/tour");

/** What each program says, and the pictures it writes. */
const PROGRAMS: Readonly<Record<string, { readonly says: RegExp; readonly pictures: readonly string[] }>> = {
  "01-queriesAndKeys": {
    says: /average: Ada 1884\.8[^]*lookup: Ada 1815\.0, Alan 1912\.0, Grace 1906\.0/,
    pictures: ["01-average", "01-lookup", "01-soft"],
  },
  "02-pooling": { says: /the learned \d/, pictures: ["02-kernels", "02-learned", "02-weights"] },
  "03-scoresAndMasks": {
    says: /scaled dot, cosine, distance, additive, bilinear/,
    pictures: ["03-masks", "03-scores"],
  },
  "04-bahdanau": { says: /what attention saves a word, by length: 2: /, pictures: ["04-alignment", "04-length"] },
  "05-multiHead": {
    says: /multi-head: 448 [^]*grouped-query: 224 [^]*multi-query: 112 /,
    pictures: ["05-heads", "05-sharing"],
  },
  "06-selfAttentionAndPositions": {
    says: /changes 0\.0000 without positions, [1-9]/,
    pictures: ["06-cost", "06-path", "06-positions"],
  },
  "07-transformer": { says: /% of letters right/, pictures: ["07-heads", "07-maps", "07-model"] },
  "08-longSequences": {
    says: /weights in memory: twice the length takes [34]\.\d times[^]*sliding window of 32: twice the length takes [12]\.\d times/,
    pictures: ["08-growth"],
  },
  "09-hardAttention": { says: /right from a glimpse that is random/, pictures: ["09-glimpses", "09-memory"] },
  "10-graphs": { says: /of 34 members on their side[^]*graph Transformer: /, pictures: ["10-club"] },
  "11-decisionTransformer": { says: /asked for \d+, it reaches -?\d+/, pictures: ["11-returns"] },
  "12-microscope": { says: /head \d\.\d lays [\d.]+ of its weight/, pictures: ["12-heads", "12-lens"] },
};

const pictures = mkdtempSync(join(tmpdir(), "qkv-tour-"));
beforeAll(() => {
  vi.stubEnv("QKV_PRESET", "tiny");
  vi.stubEnv("QKV_PICTURES", pictures);
  vi.stubEnv("QKV_DATA", undefined); // invented data, the same everywhere
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(pictures, { recursive: true });
});

test("every program is listed, and both pages lead to it", () => {
  const programs = readdirSync(FOLDER).filter((name) => /^\d\d-.*\.ts$/.test(name));
  expect(programs.sort()).toEqual(Object.keys(PROGRAMS).map((name) => `${name}.ts`));
  const smaller = readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".ts"));
  const links = [...programs.map((name) => `(tour/${name})`), ...smaller.map((name) => `(${name})`)];
  for (const page of ["README.md", "README.ko.md"]) {
    const text = readFileSync(join(ROOT, "examples", page), "utf8");
    expect(links.filter((link) => !text.includes(link))).toEqual([]);
  }
});

// The pictures of 04, which take an hour and real data, are in docs/results.
test("every picture, and what each program printed, is kept for the site", () => {
  const expected = Object.entries(PROGRAMS).flatMap(([name, { pictures }]) => [
    `${name}.txt`,
    ...(name === "04-bahdanau" ? [] : pictures.map((picture) => `${picture}.svg`)),
  ]);
  expect(readdirSync(KEPT).sort()).toEqual(expected.sort());
});

test.each(["README.md", "README.ko.md"])("%s has a formula, an exercise and a hint for each program", (page) => {
  const [, ...sections] = readFileSync(join(ROOT, "examples", page), "utf8").split(/^\*\*\d+\. /m);
  const parts = [/^```math\n[^`]+\n```$/m, /^_(?:Exercise|연습 문제)\._ /m, /<summary>(?:Hint|힌트)<\/summary>\n\n\S/];
  expect(sections.map((section) => parts.filter((part) => !part.test(section)).map(String))).toEqual(
    Object.keys(PROGRAMS).map(() => []),
  );
});

/** What does not depend on the size of a run and on its data: no numbers, lists of them as one, no drawings. */
function wordsOf(printed: string): string[] {
  const lines = printed.split("\n").filter((line) => /^\S/.test(line) && !line.includes("│"));
  const data = /^(?:Fashion-MNIST|invented images|Tatoeba|an invented language)/;
  return lines.map((line) =>
    line
      .replace(data, "data")
      .replace(/-?\d+(?:\.\d+)?/g, "#")
      .replace(/#(?:[:,] #)+/g, "#"),
  );
}

test.each(Object.entries(PROGRAMS))("%s", async (name, { says, pictures: expected }) => {
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => void printed.push(args.join(" ")));
  await import(join(FOLDER, `${name}.ts`));
  log.mockRestore();
  expect(printed.join("\n")).toMatch(says);
  const kept = readFileSync(join(KEPT, `${name}.txt`), "utf8");
  expect(kept).toMatch(says);
  const hasSizes = /\bpreset\(/.test(readFileSync(join(FOLDER, `${name}.ts`), "utf8"));
  const compared = (text: string) => (hasSizes ? wordsOf(text) : text.trimEnd());
  expect(compared(printed.join("\n"))).toEqual(compared(kept));
  const written = readdirSync(pictures).filter((file) => file.startsWith(name.slice(0, 3)));
  expect(written.sort()).toEqual(expected.map((picture) => `${picture}.svg`));
  for (const file of written) expect(readFileSync(join(pictures, file), "utf8")).toMatch(/^<svg [^]*<\/svg>\n$/);
});
