// Builds the site of reference and tour into docs/site: `pnpm docs:site`. Any warning fails it.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Converter, IndexEvent, normalizePath, PageEvent, ReflectionKind } from "typedoc";
import { standForClass } from "./aliases.ts";
import { addDocuments, addLinkedFiles } from "./documents.ts";
import { setFormulas } from "./formulas.ts";
import { publicEntries, showReadme } from "./modules.ts";
import { nameParameters } from "./parameters.ts";
import { FileRouter } from "./router.ts";
import { searchReadmes, unfoundPages } from "./search.ts";
import { markShapes } from "./shapes.ts";
import { validate } from "./validate.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUT = join(ROOT, "docs/site");
const entries = publicEntries(ROOT);
const folders = new Map(entries.flatMap(({ name, folder }) => (folder === undefined ? [] : [[name, folder]])));
const packages = [...folders.keys()];

const app = await Application.bootstrapWithPlugins({
  name: "QKV",
  entryPoints: entries.map(({ source }) => join(ROOT, source)),
  tsconfig: join(ROOT, "tsconfig.json"),
  readme: "none", // showReadme has it
  displayBasePath: ROOT,
  excludeInternal: true,
  skipErrorChecking: true, // `pnpm check` has the types
  validation: { invalidLink: true, invalidPath: true, notDocumented: true, notExported: true, rewrittenLink: true },
  requiredToBeDocumented: ["Function", "Class", "Method", "Variable", "Interface", "TypeAlias"],
  packagesRequiringDocumentation: packages,
  externalSymbolLinkMappings: {
    "@tensorflow/tfjs-core": { "*": "https://js.tensorflow.org/api/latest/" },
  },
  highlightLanguages: ["bash", "html", "js", "json", "jsx", "mjs", "python", "sh", "text", "ts"],
  markdownItLoader: setFormulas,
  searchInComments: true,
  searchInDocuments: true,
  customCss: fileURLToPath(new URL("site.css", import.meta.url)),
  router: FileRouter.NAME,
  sort: ["source-order"],
  groupOrder: ["Documents", "Modules", "Functions", "Classes", "Variables", "*"],
  navigation: { includeFolders: false },
  hideGenerator: true,
});
app.renderer.defineRouter(FileRouter.NAME, FileRouter);
app.converter.on(Converter.EVENT_CREATE_PROJECT, (_context, project) => {
  showReadme(app, project, ROOT);
  addDocuments(app, project, ROOT);
});
app.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, declaration) => {
  standForClass(context, declaration);
  const folder = declaration.kindOf(ReflectionKind.Module) && folders.get(declaration.name);
  if (folder) showReadme(app, declaration, join(ROOT, folder));
});
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
  addLinkedFiles(app, project, ROOT);
  markShapes(project);
});
app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => nameParameters(project));
app.renderer.on(IndexEvent.PREPARE_INDEX, searchReadmes);
app.renderer.on(PageEvent.END, (page) => {
  page.contents = (page.contents ?? "").replace(/href="((?:\.\.?\/)+)"/g, 'href="$1index.html"'); // no server adds it
});

// Not app.convert(), which would ask git for an address to link sources to: they are named, and lie beside the site.
const sources = app.getEntryPoints()?.map((entry) => {
  const file = normalizePath(entry.sourceFile.fileName);
  const name = entries.find(({ source }) => file === normalizePath(join(ROOT, source)))?.name;
  return { ...entry, displayName: name ?? entry.displayName };
});
if (sources !== undefined) {
  const project = app.converter.convert(sources);
  validate(app, project, packages);
  await app.generateDocs(project, OUT);
  for (const unfound of unfoundPages(project, join(OUT, "assets/search.js"))) app.logger.warn(unfound);
}
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exitCode = 1;
