// What the site has to read beside the reference: the guides, the tour with its programs, and the pages of the project.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import {
  type Application,
  DocumentReflection,
  MinimalSourceFile,
  normalizePath,
  type ProjectReflection,
} from "typedoc";
import { filePage, type Page, sourcePage } from "./pages.ts";
import { tourPages } from "./tour.ts";

const GUIDES = "docs/guides";
const FILES = ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/benchmarks.md", "docs/decisions.md"];
const FOLDERS = ["apps", "models"]; // whose folders have a README.md

/** Adds every document to the project. Links to its file lead to it, and links to a folder to the page of its README.md. */
export function addDocuments(app: Application, project: ProjectReflection, root: string): void {
  const readmes = FOLDERS.flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}/README.md`),
  );
  const files = [...FILES, ...readmes.filter((path) => existsSync(join(root, path)))];
  const korean = { ...filePage(root, "README.ko.md"), name: "한국어" };
  const pages = [korean, guidePages(root), tourPages(root), ...files.map((path) => filePage(root, path))];
  for (const page of pages) addPage(app, project, page, root);
}

/** The index of the guides, and below it each in the order in which the index leads to it. */
function guidePages(root: string): Page {
  const index = filePage(root, `${GUIDES}/README.md`);
  const links = Array.from(index.text.matchAll(/\]\(([\w-]+\.md)\)/g), ([, link = ""]) => link);
  return { ...index, children: links.map((link) => filePage(root, `${GUIDES}/${link}`)) };
}

/** Gives a page to each Markdown or source file that is linked to and has none: browsers do not show them. */
export function addLinkedFiles(app: Application, project: ProjectReflection, root: string): void {
  for (const path of project.files.getMediaPaths()) {
    if (/\.(?:ts|m?js|jsx|html)$/.test(path)) addPage(app, project, sourcePage(root, relative(root, path)), root);
    if (path.endsWith(".md")) addPage(app, project, filePage(root, relative(root, path)), root);
  }
}

function addPage(
  app: Application,
  parent: ProjectReflection | DocumentReflection,
  { path, name, text, linksFrom = path, children = [] }: Page,
  root: string,
): void {
  const { project } = parent;
  const file = new MinimalSourceFile(text, normalizePath(join(root, linksFrom)));
  const document = new DocumentReflection(name, parent, app.converter.parseRawComment(file, project.files).content, {});
  parent.addChild(document);
  project.registerReflection(document, undefined, normalizePath(join(root, path)));
  if (path.endsWith("/README.md")) {
    project.files.registerReflectionPath(normalizePath(join(root, dirname(path))), document);
  }
  for (const child of children) addPage(app, document, child, root);
}
