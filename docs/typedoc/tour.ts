// The guided tour as pages: its introductions, and each program with what the tour says of it, its pictures and its source.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { filePage, type Page, sourcePage } from "./pages.ts";

const TOUR = "examples/README.md";
const PICTURES = "docs/tour";

/** The page of the tour; below it the same in Korean, and a page for each program and file that `examples` holds. */
export function tourPages(root: string): Page {
  const programs = ["examples/tour", "examples"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith(".ts"))
      .map((file) => programPage(root, `${folder}/${file}`)),
  );
  return { ...filePage(root, TOUR), children: [filePage(root, "examples/README.ko.md"), ...programs] };
}

function programPage(root: string, path: string): Page {
  const link = relative("examples", path);
  const tour = readFileSync(join(root, TOUR), "utf8").split("\n\n");
  const said = tour.map((paragraph) => leadOf(paragraph)).find((lead) => lead?.link === link);
  if (said === undefined) return sourcePage(root, path);
  const run = `\`\`\`sh\npnpm example ${path}\n\`\`\``;
  const pictures = picturesOf(root, path, said.text).map((picture) => pictureOf(root, picture));
  const page = sourcePage(root, path, `${said.number}. ${said.title}`, [said.text, pictures.join("\n"), run]);
  return { ...page, linksFrom: TOUR };
}

/** What a paragraph of the tour begins with, if it is a program's: `**1. [Queries and keys](tour/01-queriesAndKeys.ts).**` */
function leadOf(paragraph: string): { number: string; title: string; link: string; text: string } | undefined {
  const [, number, title, link, text] = /^\*\*(\d+)\. \[([^\]]+)\]\(([^)]+)\)\.\*\*\s+([^]*)$/.exec(paragraph) ?? [];
  return number && title && link && text ? { number, title, link, text } : undefined;
}

/** The pictures that a program draws, as far as they are kept: those called by its number, and those that `text` links to. */
function picturesOf(root: string, path: string, text: string): string[] {
  const number = /^\d\d-/.exec(basename(path))?.[0];
  const drawn = number === undefined ? [] : readdirSync(join(root, PICTURES)).filter((file) => file.startsWith(number));
  const linked = Array.from(text.matchAll(/\]\(\.\.\/([^)]+\.svg)\)/g), ([, picture = ""]) => picture);
  return [...drawn.map((file) => `${PICTURES}/${file}`), ...linked];
}

function pictureOf(root: string, picture: string): string {
  const [, title = basename(picture, ".svg")] =
    /<title>(.*?)<\/title>/.exec(readFileSync(join(root, picture), "utf8")) ?? [];
  return `![${title}](../${picture})`;
}
