import { readFileSync } from "node:fs";
import { basename, extname, join } from "node:path";

/** A document of the site. */
export interface Page {
  /** The file that it shows, below the root. */
  readonly path: string;
  readonly name: string;
  /** Markdown. */
  readonly text: string;
  /** The file that its relative links start from, if not `path`. */
  readonly linksFrom?: string;
  readonly children?: readonly Page[];
}

/** A Markdown file, called by its first heading up to a comma. */
export function filePage(root: string, path: string): Page {
  const text = readFileSync(join(root, path), "utf8");
  return { path, name: /^# ([^,\n]+)/m.exec(text)?.[1] ?? path, text };
}

/** A source file, with what is to be said before it in Markdown. */
export function sourcePage(root: string, path: string, name = basename(path), before: readonly string[] = []): Page {
  const code = readFileSync(join(root, path), "utf8").trim();
  return {
    path,
    name,
    text: [`# ${name}`, ...before, `\`\`\`${extname(path).slice(1)}\n${code}\n\`\`\``].join("\n\n"),
  };
}
