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
  const section = sectionOf(readFileSync(join(root, TOUR), "utf8"), relative("examples", path));
  if (section === undefined) return sourcePage(root, path);
  const { number, title, text, formula, exercise } = section;
  const run = `\`\`\`sh\npnpm example ${path}\n\`\`\``;
  const pictures = picturesOf(root, path, text).map((picture) => pictureOf(root, picture));
  const said = [text, formula, pictures.join("\n"), run, printedBy(root, path), ...exercise, "## The program"];
  return { ...sourcePage(root, path, `${number}. ${title}`, said), linksFrom: TOUR };
}

/** How a paragraph about a program begins: `**1. [Queries and keys](tour/01-queriesAndKeys.ts).**` */
interface Lead {
  readonly number: string;
  readonly title: string;
  readonly link: string;
  /** The rest of the paragraph. */
  readonly text: string;
}

/** What the tour says of a program. */
interface Section extends Lead {
  readonly formula: string;
  /** With its hint, paragraph by paragraph. */
  readonly exercise: readonly string[];
}

/** The paragraphs from the one that leads to a program to the next such one, or to a heading. */
function sectionOf(tour: string, link: string): Section | undefined {
  const paragraphs = tour.split("\n\n");
  const start = paragraphs.findIndex((paragraph) => leadOf(paragraph)?.link === link);
  const lead = leadOf(paragraphs[start] ?? "");
  if (lead === undefined) return undefined;
  const after = paragraphs.slice(start + 1);
  const below = after.slice(
    0,
    after.findIndex((paragraph) => paragraph.startsWith("#") || leadOf(paragraph) !== undefined),
  );
  const formula = below.find((paragraph) => paragraph.startsWith("```math"));
  const exercise = below.findIndex((paragraph) => paragraph.startsWith("_Exercise._"));
  if (formula === undefined || exercise < 0) throw new Error(`${TOUR}: expected a formula and an exercise for ${link}`);
  return { ...lead, formula, exercise: below.slice(exercise) };
}

function leadOf(paragraph: string): Lead | undefined {
  const [, number, title, link, text] = /^\*\*(\d+)\. \[([^\]]+)\]\(([^)]+)\)\.\*\*\s+([^]*)$/.exec(paragraph) ?? [];
  return number && title && link && text ? { number, title, link, text } : undefined;
}

/** What a program of the tour printed when its pictures were drawn. */
function printedBy(root: string, path: string): string {
  const printed = readFileSync(join(root, PICTURES, basename(path).replace(/ts$/, "txt")), "utf8");
  return `It prints:\n\n\`\`\`text\n${printed.trimEnd()}\n\`\`\``;
}

/** The pictures that a program draws, as far as they are kept: those called by its number, and those that `text` links to. */
function picturesOf(root: string, path: string, text: string): string[] {
  const number = /^\d\d-/.exec(basename(path))?.[0];
  const drawn =
    number === undefined
      ? []
      : readdirSync(join(root, PICTURES)).filter((file) => file.startsWith(number) && file.endsWith(".svg"));
  const linked = Array.from(text.matchAll(/\]\(\.\.\/([^)]+\.svg)\)/g), ([, picture = ""]) => picture);
  return [...drawn.map((file) => `${PICTURES}/${file}`), ...linked];
}

function pictureOf(root: string, picture: string): string {
  const [, title = basename(picture, ".svg")] =
    /<title>(.*?)<\/title>/.exec(readFileSync(join(root, picture), "utf8")) ?? [];
  return `![${title}](../${picture})`;
}
