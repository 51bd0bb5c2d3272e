// No file imports itself by way of others, types and the kernels' sources included; nor does a folder of a package.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { importsOf, members, ROOT, sources } from "./workspace.ts";

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** Which files of a folder each of them imports. */
function filesOf(files: readonly string[]): Graph {
  const there = (path: string) => [path, `${path}.ts`].find((name) => existsSync(join(ROOT, name)));
  const targets = (file: string) =>
    importsOf(file)
      .filter(({ specifier }) => specifier.startsWith("."))
      .map(({ specifier }) => there(join(dirname(file), specifier)))
      .filter((target) => target !== undefined);
  return new Map(files.map((file) => [file, new Set(targets(file))]));
}

/** The same for folders; a file that lies beside folders counts by itself. */
function roomsOf(files: Graph, top: string): Graph {
  const roomOf = (file: string) => (dirname(file) === top ? file : dirname(file));
  const rooms = new Map<string, Set<string>>();
  for (const [file, targets] of files) {
    const [room, others] = [roomOf(file), [...targets].map(roomOf)];
    rooms.set(room, new Set([...(rooms.get(room) ?? []), ...others.filter((other) => other !== room)]));
  }
  return rooms;
}

/** The first way that leads back to where it began; empty if there is none. */
function circleIn(graph: Graph): readonly string[] {
  const done = new Set<string>();
  const follow = (node: string, path: readonly string[]): readonly string[] => {
    const at = path.indexOf(node);
    if (at !== -1) return [...path.slice(at), node];
    if (done.has(node)) return [];
    for (const next of graph.get(node) ?? []) {
      const circle = follow(next, [...path, node]);
      if (circle.length > 0) return circle;
    }
    done.add(node);
    return [];
  };
  for (const node of graph.keys()) {
    const circle = follow(node, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

const FOLDERS = members().flatMap(({ folder }) =>
  ["src", "assembly"].map((name) => [folder, name] as const).filter((path) => existsSync(join(ROOT, ...path))),
);

describe.each(FOLDERS)("%s/%s", (folder, name) => {
  const files = filesOf(sources(folder, name));

  test("no file leads back to itself", () => expect(circleIn(files)).toEqual([]));

  test("no folder leads back to itself", () => expect(circleIn(roomsOf(files, join(folder, name)))).toEqual([]));
});

test("a circle is found", () => {
  const graph = (text: string) => new Map(text.split(" ").map(([from, ...to]) => [from ?? "", new Set(to)]));
  expect(circleIn(graph("ab bc cb"))).toEqual(["b", "c", "b"]);
  expect(circleIn(graph("abc bc c"))).toEqual([]);
});
