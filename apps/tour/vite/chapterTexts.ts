// Chapters are written in Markdown, with TeX between dollars; what a page imports of them is data, made when it is built.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { parseChapter } from "./parseChapter.ts";

/** The programs, which the project's tests run. */
const PROGRAMS = fileURLToPath(new URL("../../../examples/tour", import.meta.url));

/** Imports of `text.en.md` give a chapter as data (see `src/chapter/chapterText.ts`). */
export function chapterTexts(): Plugin {
  return {
    name: "qkv:chapter-texts",
    enforce: "pre",
    load(id) {
      if (!id.endsWith(".md")) return undefined;
      this.addWatchFile(id);
      const programOf = (name: string) => {
        const program = join(PROGRAMS, name);
        this.addWatchFile(program);
        return readFileSync(program, "utf8");
      };
      return `export default ${JSON.stringify(parseChapter(readFileSync(id, "utf8"), id, programOf))};`;
    },
  };
}
