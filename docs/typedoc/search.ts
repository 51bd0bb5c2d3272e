// The search finds prose: TypeDoc's options see to documents and doc comments, this to the READMEs of packages.
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { CommentDisplayPart, IndexEvent, ProjectReflection, Reflection } from "typedoc";

/** Adds the README that a package's page shows to what is searched of the page. */
export function searchReadmes({ searchResults, searchFields }: IndexEvent): void {
  for (const [i, page] of searchResults.entries()) {
    const readme = page.isDeclaration() ? page.readme : undefined;
    if (readme !== undefined) searchFields[i] = { ...searchFields[i], document: textOf(readme) };
  }
}

/** What to say of each page of prose that some word of its own does not find. @param file TypeDoc's `assets/search.js` */
export function unfoundPages(project: ProjectReflection, file: string): string[] {
  const { rows, index } = readIndex(file);
  const found = new Map(index.invertedIndex.map(([word, { document = {} }]) => [word, Object.keys(document)]));
  const finds = (word: string, { name }: Reflection) =>
    found.get(word)?.some((row) => rows[Number(row)]?.name === name);
  return prose(project).flatMap(([page, text]) => {
    const missed = wordsOf(text).find((word) => !finds(word, page));
    return missed === undefined ? [] : [`${page.name}: expected the search to find it by ${missed}`];
  });
}

/** What is used of the index: for each word, the rows in whose documents it stands. */
interface SearchIndex {
  readonly rows: readonly { readonly name: string }[];
  readonly index: {
    readonly invertedIndex: readonly (readonly [
      word: string,
      fields: { readonly document?: Readonly<Record<string, object>> },
    ])[];
  };
}

function readIndex(file: string): SearchIndex {
  const [, packed = ""] = /"([^"]*)"/.exec(readFileSync(file, "utf8")) ?? [];
  return JSON.parse(inflateSync(Buffer.from(packed, "base64")).toString()) as SearchIndex;
}

/** Every document, and every package's page with its README. */
function prose(project: ProjectReflection): [Reflection, string][] {
  return Object.values(project.reflections).flatMap((page): [Reflection, string][] => {
    const parts = page.isDocument() ? page.content : page.isDeclaration() ? page.readme : undefined;
    return parts === undefined ? [] : [[page, textOf(parts)]];
  });
}

function textOf(parts: readonly CommentDisplayPart[]): string {
  return parts.map(({ text }) => text).join("\n");
}

/** Words of letters alone, as the index has them. */
function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[\s-]+/)
    .filter((word) => /^[a-z]{5,}$/.test(word));
}
