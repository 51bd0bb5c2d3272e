// The public entries of the workspace, as their package.json files export them: a module of the site for each.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Application,
  type DeclarationReflection,
  MinimalSourceFile,
  normalizePath,
  type ProjectReflection,
} from "typedoc";

/** One thing that can be imported: `@qkv/pretrained`, `@qkv/pretrained/node`. */
export interface PublicEntry {
  /** What an import names. */
  readonly name: string;
  /** Its source, below the root. */
  readonly source: string;
  /** The folder of its package, if it is the package's main entry. */
  readonly folder?: string;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, string | { readonly "@qkv/source"?: string }>>;
}

/** Every entry that has a source, of every package that is published. */
export function publicEntries(root: string): PublicEntry[] {
  return readdirSync(join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .flatMap((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
      return manifest.private === true ? [] : entriesOf(folder, manifest);
    });
}

function entriesOf(folder: string, { name, exports }: Manifest): PublicEntry[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    const source = typeof target === "string" ? undefined : target["@qkv/source"];
    if (source === undefined) return [];
    return [{ name: join(name, path), source: join(folder, source), ...(path === "." && { folder }) }];
  });
}

/** Shows a folder's README.md on a page, which has its heading already; links to either then lead to the page. */
export function showReadme(
  { converter }: Application,
  page: ProjectReflection | DeclarationReflection,
  folder: string,
): void {
  const path = normalizePath(join(folder, "README.md"));
  const text = readFileSync(path, "utf8").replace(/^# .*\n+/, "");
  const { files } = page.project;
  page.readme = converter.parseRawComment(new MinimalSourceFile(text, path), files).content;
  files.registerReflectionPath(path, page);
  files.registerReflectionPath(normalizePath(folder), page);
}
