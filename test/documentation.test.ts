// What is exported is explained: a comment on every export, a README for every public package that names them all.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { members, ROOT, sources } from "./workspace.ts";

const EXPORT = /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|let) (\w+)/gm;

/** The names of `file`'s exports that no doc comment stands in front of. Overloads share the first one's. */
function undocumented(file: string): string[] {
  const text = readFileSync(join(ROOT, file), "utf8");
  const found = [...text.matchAll(EXPORT)];
  const documented = new Set(
    found
      .filter(({ index }) => /\*\/\n(?:\/\/[^\n]*\n)*$/.test(text.slice(Math.max(0, index - 400), index)))
      .map(([, name]) => name),
  );
  return found.map(([, name = ""]) => name).filter((name) => !documented.has(name));
}

/** The names that a table of contents hands out. */
function exported(index: string): string[] {
  const text = readFileSync(join(ROOT, index), "utf8").replace(/^\s*\/\/.*$/gm, "");
  return Array.from(text.matchAll(/export (?:type )?\{([^}]*)\}/g), ([, list = ""]) => list.split(","))
    .flat()
    .map((item) => item.trim().split(" ").at(-1) ?? "")
    .filter(Boolean);
}

describe.each(members().filter(({ manifest }) => manifest.exports !== undefined))(
  "$manifest.name",
  ({ folder, manifest }) => {
    test("has a comment on every export", () => {
      expect(sources(folder).flatMap((file) => undocumented(file).map((name) => `${file}: ${name}`))).toEqual([]);
    });

    test("has a table of contents and nothing else in index.ts", () => {
      const text = readFileSync(join(ROOT, folder, "src/index.ts"), "utf8");
      expect(
        text
          .replace(/\/\/.*$|\/\*[^]*?\*\//gm, "")
          .replace(/export (?:type )?\{[^}]*\} from "[^"]+";/g, "")
          .trim(),
      ).toBe("");
      expect(exported(`${folder}/src/index.ts`).length).toBeGreaterThan(0);
    });

    test.skipIf(manifest.private === true)("has a README that names every function and class", () => {
      const path = join(ROOT, folder, "README.md");
      expect(existsSync(path), `${folder}/README.md is there`).toBe(true);
      const readme = readFileSync(path, "utf8");
      const values = exported(`${folder}/src/index.ts`).filter((name) => isValue(folder, name));
      expect(values.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
    });
  },
);

function isValue(folder: string, name: string): boolean {
  const declaration = new RegExp(`^export (?:abstract )?(?:async )?(?:function\\*?|class|const) ${name}\\b`, "m");
  return sources(folder).some((file) => declaration.test(readFileSync(join(ROOT, file), "utf8")));
}
