// What a registry shows of a package, and what a release does with it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { members, ROOT } from "./workspace.ts";

const read = (file: string) => JSON.parse(readFileSync(join(ROOT, file), "utf8")) as Record<string, unknown>;

const published = members().filter(({ manifest }) => manifest.private !== true);
const { version } = read("packages/backend/package.json");

describe.each(published)("$manifest.name", ({ folder, manifest }) => {
  const json = read(`${folder}/package.json`);

  test("says what it is, under which licence, for which Node, and what it ships", () => {
    expect(json).toMatchObject({
      description: expect.stringMatching(/^.{20,200}\.$/) as string,
      license: expect.stringMatching(/^MIT(?: AND (?:Apache-2\.0|BSD-[23]-Clause))*$/) as string,
      type: "module",
      engines: { node: ">=20.19" },
      repository: { directory: folder },
      version,
    });
    expect(json["keywords"]).toHaveProperty(
      "length",
      expect.toSatisfy((length: number) => length >= 4),
    );
    expect(json["files"]).toContain("dist");
    // Importing layers registers their classes, for models that are opened.
    const sideEffects = manifest.name === "@qkv/layers";
    if (manifest.exports !== undefined) expect(json).toMatchObject({ sideEffects });
  });

  test("names others of ours as they are in the workspace, plug-ins as any version", () => {
    const ranges = (name: "dependencies" | "peerDependencies") =>
      Object.entries(manifest[name] ?? {}).filter(([other]) => other.startsWith("@qkv/"));
    expect(ranges("dependencies").filter(([, range]) => range !== "workspace:^")).toEqual([]);
    expect(ranges("peerDependencies").filter(([, range]) => range !== "*")).toEqual([]);
  });
});

test("what is private has no part in the common version", () => {
  const [fixed] = read(".changeset/config.json")["fixed"] as readonly (readonly string[])[];
  const outside = ["examples", "test"].map((folder) => read(`${folder}/package.json`)["name"]);
  const unpublished = members().filter(({ manifest }) => manifest.private === true);
  const names = [...unpublished.map(({ manifest }) => manifest.name), ...outside];
  expect(fixed).toEqual(["@qkv/*", ...names.map((name) => `!${String(name)}`).sort()]);
});
