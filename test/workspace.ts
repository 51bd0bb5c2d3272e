import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that everything is in. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What these tests read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** One package or app of the workspace. */
export interface Member {
  /** Its folder below the root: `packages/nn`, `apps/cli`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** One import statement. */
export interface Import {
  /** The importing file, below the root. */
  readonly file: string;
  /** As written: `./params.ts`, `@qkv/nn`, `node:fs`. */
  readonly specifier: string;
  /** `import("...")`, which loads only when it runs. */
  readonly lazy: boolean;
}

/** Every package and app. */
export function members(): Member[] {
  return ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(ROOT, parent))
      .map((name) => `${parent}/${name}`)
      .filter((folder) => existsSync(join(ROOT, folder, "package.json")))
      .map((folder) => ({
        folder,
        manifest: JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8")) as Manifest,
      })),
  );
}

/** The TypeScript files in a folder of a package, `src` if none is named, that ship: no tests. */
export function sources(folder: string, name = "src"): string[] {
  return typescript(join(ROOT, folder, name)).filter((file) => !file.endsWith(".test.ts"));
}

/** The tests of a package: beside its sources and in its `test` folder. */
export function tests(folder: string): string[] {
  return [
    ...typescript(join(ROOT, folder, "src")).filter((file) => file.endsWith(".test.ts")),
    ...typescript(join(ROOT, folder, "test")),
  ];
}

function typescript(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => relative(ROOT, join(folder, file)));
}

/** The tests that run on every backend: those that call `describeBackends`. */
export function testsOfBackends(): string[] {
  return members()
    .flatMap(({ folder }) => tests(folder))
    .filter((file) => /^describeBackends\(/m.test(readFileSync(join(ROOT, file), "utf8")));
}

const IMPORT =
  /^(?:import|export)\s(?:[^"'`;]*?\sfrom\s)?\s*"([^"]+)"|\bimport\(\s*(?:\/\*[^*]*\*\/\s*)*"([^"]+)"\s*\)|\bfrom\s+"([^"]+)";?$/gm;

/** Every import and re-export of a file. */
export function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), "utf8").replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, ""); // examples in comments
  return Array.from(text.matchAll(IMPORT), ([, whole, lazy, tail]) => ({
    file,
    specifier: whole ?? lazy ?? tail ?? "",
    lazy: lazy !== undefined,
  }));
}

/** The package of a specifier: `@qkv/training` of `@qkv/training/node`; undefined for a relative one. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith(".") || specifier.startsWith("virtual:")) return undefined; // what a page's build makes
  if (specifier.startsWith("node:")) return "node:";
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The imports of `entry` and of every file of its package that it leads to without an `import()`. */
export function reachable(entry: string): Import[] {
  const seen = new Set([entry]);
  const imports: Import[] = [];
  for (const file of seen) {
    for (const found of importsOf(file)) {
      imports.push(found);
      if (found.specifier.startsWith(".") && !found.lazy) {
        seen.add(relative(ROOT, join(ROOT, dirname(file), found.specifier)));
      }
    }
  }
  return imports;
}
