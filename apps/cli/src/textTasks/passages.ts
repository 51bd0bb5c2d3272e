import { readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { readLines } from "../textLines.ts";
import { unreadable } from "../unreadable.ts";
import { UsageError } from "../usageError.ts";

/** A part of a text file. */
export interface Passage {
  readonly file: string;
  /** The number of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** Files that are searched. */
const TEXTS = new Set([".txt", ".md", ".markdown", ".rst", ".adoc", ".org", ".tex", ".csv", ".tsv", ".html", ".htm"]);

/** The most characters of a passage: about as many as an embedding model reads. */
const MOST = 800;

/** The text files below a folder, in the order of their names, or the file itself. Hidden folders and `node_modules` are left out. */
export async function textFiles(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    const found: string[] = [];
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith(".") && entry.name !== "node_modules") found.push(...(await textFiles(below)));
      } else if (TEXTS.has(extname(entry.name).toLowerCase())) found.push(below);
    }
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return [path];
    throw new UsageError(`${path}: expected a folder or a text file, got ${unreadable(error)}`);
  }
}

/** The passages of a text file: paragraphs, short neighbours together and long ones split between lines. */
export async function passagesOf(file: string): Promise<Passage[]> {
  const passages: Passage[] = [];
  let [open, from] = ["", 1];
  const close = () => {
    if (open.trim() !== "") passages.push({ file, line: from, text: open.trim() });
    open = "";
  };
  for (const [i, line] of (await readLines(file)).entries()) {
    const isBlank = line.trim() === "";
    if (open.length + line.length > (isBlank ? MOST / 2 : MOST)) close();
    if (open === "" && isBlank) continue;
    if (open === "") from = i + 1;
    open += `${line}\n`;
  }
  close();
  return passages;
}
