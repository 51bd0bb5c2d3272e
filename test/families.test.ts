// docs/families.md names every family that opens, with its classes, and none besides.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FAMILIES } from "../packages/pretrained/src/index.ts";
import { ROOT } from "./workspace.ts";

interface Listed {
  readonly modelTypes: readonly string[];
  architectures(type: string): readonly { readonly className: string }[];
}

test("the table of families has a row for each model type, with its classes", () => {
  const page = readFileSync(join(ROOT, "docs/families.md"), "utf8");
  const told = Array.from(page.matchAll(/^\| `([^`]+)` +\| ([^|]+)\|/gm), ([, type = "", classes = ""]) => [
    type,
    Array.from(classes.matchAll(/`([^`]+)`/g), ([, name]) => name).sort(),
  ]);
  const rows = told.filter(([type]) => type !== "model_type");
  const known = new Map<string, string[]>();
  // Of decoders two families have classes: the language models, and those with other heads.
  for (const family of FAMILIES as unknown as readonly Listed[]) {
    for (const type of family.modelTypes) {
      const classes = family.architectures(type).map(({ className }) => className);
      known.set(type, [...(known.get(type) ?? []), ...classes].sort());
    }
  }
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(known));
  expect(rows).toHaveLength(known.size);
});
