// The search of the site finds prose. `pnpm docs:site` asks it of every page; here a guide and a package's README, and what
// it says where the index has only names.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Application, IndexEvent, normalizePath } from "typedoc";
import { afterAll, expect, test } from "vitest";
import { searchReadmes, unfoundPages } from "../docs/typedoc/search.ts";

const folder = mkdtempSync(join(tmpdir(), "qkv-site-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
for (const name of ["one", "two"]) {
  mkdirSync(join(folder, name));
  write(`${name}/index.ts`, `/** A word for it. */\nexport const ${name} = 1;\n`);
  write(`${name}/package.json`, JSON.stringify({ name, type: "module" }));
}
write("guide.md", "# Guide\n\nBackpressure stands nowhere else.\n");
write("tsconfig.json", JSON.stringify({ compilerOptions: { noEmit: true, types: [] }, include: ["*/index.ts"] }));

/** The pages that a site's search does not find by some word of theirs. */
async function unfound(searchInDocuments: boolean): Promise<string[]> {
  const out = join(folder, `site-${searchInDocuments}`);
  const app = await Application.bootstrap({
    entryPoints: ["one", "two"].map((name) => join(folder, name, "index.ts")),
    projectDocuments: [normalizePath(join(folder, "guide.md"))],
    tsconfig: join(folder, "tsconfig.json"),
    ...{ readme: "none", disableGit: true, sourceLinkTemplate: "{path}", logLevel: "Error", searchInDocuments },
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("expected a project, got none");
  const [module] = project.children ?? [];
  if (module !== undefined) module.readme = [{ kind: "text", text: "Its prose speaks of watermarks." }];
  if (searchInDocuments) app.renderer.on(IndexEvent.PREPARE_INDEX, searchReadmes);
  await app.generateDocs(project, out);
  return unfoundPages(project, join(out, "assets/search.js"));
}

test("a page is found by each word of its prose", async () => {
  expect(await unfound(true)).toEqual([]);
});

test("a page that is found by its name alone is told", async () => {
  expect(await unfound(false)).toEqual([
    "guide: expected the search to find it by guide",
    "one: expected the search to find it by prose",
  ]);
});
