// The examples run, say what they should, leave nothing behind, and stand in the READMEs letter by letter.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { EXAMPLES, exampleFolder } from "./examples.ts";
import { importsOf, members, ROOT } from "./workspace.ts";

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const all = Object.entries(EXAMPLES);
const published = members().filter(({ manifest }) => manifest.private !== true);

const started = process.cwd();
const folder = exampleFolder();
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(started);
  rmSync(folder, { recursive: true });
});

test("every example is listed", () => {
  const filesOf = (folder: string) => readdirSync(join(ROOT, "examples", folder)).map((name) => join(folder, name));
  const files = [...filesOf("."), ...filesOf("guides")].filter((name) => name.endsWith(".ts"));
  expect(files.sort()).toEqual(Object.keys(EXAMPLES).sort());
});

test.each(all.filter(([, { needs }]) => needs === undefined))("%s runs", async (name, { prints }) => {
  const printed: string[] = [];
  const log = vi.spyOn(console, "log").mockImplementation((...args) => void printed.push(args.join(" ")));
  await import(join(ROOT, "examples", name));
  log.mockRestore();
  expect(printed.join("\n")).toMatch(prints);
});

test.each(["README.md", ...published.map((member) => `${member.folder}/README.md`)])(
  "%s shows programs that are examples, and no others",
  (readme) => {
    const shown = Array.from(read(readme).matchAll(/^```(?:ts|tsx|js)\n([^]*?)^```$/gm), ([, program]) => program);
    const listed = all.filter(([, example]) => example.readme === readme).map(([name]) => read(`examples/${name}`));
    expect(shown.sort()).toEqual(listed.sort());
  },
);

test.each(["speech", "text-generation", "text-tasks"])(
  "docs/guides/%s.md shows each task in ten lines or fewer",
  (guide) => {
    const blocks = [...read(`docs/guides/${guide}.md`).matchAll(/^```ts .*\n([^]*?)^```$/gm)];
    expect(blocks.length).toBeGreaterThan(2);
    for (const [, block = ""] of blocks) expect(block.trimEnd().split("\n").length, block).toBeLessThanOrEqual(10);
  },
);

test("every entry of every package is imported by an example", () => {
  const imported = new Set(all.flatMap(([name]) => importsOf(`examples/${name}`).map(({ specifier }) => specifier)));
  const entries = published.flatMap(({ manifest: { name, exports = {} } }) =>
    Object.keys(exports).flatMap((path) => (/\.js$|\*/.test(path) ? [] : [name + path.slice(1)])),
  );
  // loaded by initBackend, which their examples call
  expect(entries.filter((entry) => !imported.has(entry))).toEqual(["@qkv/backend-native", "@qkv/backend-webgpu"]);
});
