import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { failuresOf } from "./checks.mjs";
import { installAlone, missingFiles, withOurs } from "./tarballs.mjs";

/** What is wrong with a package that is installed alone and used as a stranger would. */
export async function checkPackage(item, folder, tools) {
  await installAlone(item, folder);
  const isFile = (path) => /\.js$|\*$/.test(path); // what a page loads by its address, and nobody imports
  const paths = Object.keys(item.manifest.exports);
  const entries = paths.filter((path) => !isFile(path)).map((path) => item.manifest.name + path.slice(1));
  const browser = entries.filter((entry) => !entry.endsWith("/node"));
  writeFileSync(
    join(folder, "node.mjs"),
    entries
      .map(
        (entry, i) =>
          `import * as e${i} from "${entry}";\nif (Object.keys(e${i}).length === 0) throw new Error("${entry}: expected exports, got none");\n`,
      )
      .join(""),
  );
  writeFileSync(join(folder, "types.ts"), entries.map((entry, i) => `export * as e${i} from "${entry}";\n`).join(""));
  writeFileSync(
    join(folder, "browser.mjs"),
    browser.map((entry, i) => `import * as e${i} from "${entry}";\nglobalThis.e${i} = e${i};\n`).join(""),
  );
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./browser.mjs"></script>');

  for (const [module, moduleResolution] of [
    ["esnext", "bundler"],
    ["nodenext", "nodenext"],
  ]) {
    const lib = ["es2023", "esnext.disposable", "dom", "dom.iterable"];
    const compilerOptions = { noEmit: true, strict: true, target: "es2022", lib, module, moduleResolution };
    writeFileSync(
      join(folder, `tsconfig.${moduleResolution}.json`),
      JSON.stringify({ compilerOptions, files: ["types.ts"] }),
    );
  }
  const unresolved = optionalPeers(item).flatMap((name) => [`--external:${name}`]);
  const checks = [
    ["imports in Node without a word", process.execPath, ["node.mjs"], { silent: true }],
    ["has types for bundlers", tools.tsc, ["-p", "tsconfig.bundler.json"]],
    ["has types for Node", tools.tsc, ["-p", "tsconfig.nodenext.json"]],
    [
      "is bundled by esbuild",
      tools.esbuild,
      [
        "browser.mjs",
        "--bundle",
        "--format=esm",
        "--platform=browser",
        "--outdir=esbuild",
        "--log-level=warning",
        ...unresolved,
      ],
      { silent: true },
    ],
    ["is bundled by Vite", tools.vite, ["build", "--logLevel", "warn", "--outDir", "vite"]],
    ["pleases publint", tools.publint, ["--strict", item.tarball]],
    [
      "pleases attw",
      tools.attw,
      [
        ...[item.tarball, "--profile", "esm-only", "--no-emoji"],
        ...paths.filter(isFile).flatMap((path) => ["--exclude-entrypoints", path.slice(2)]),
      ],
    ],
  ];
  return [...missingFiles(item, folder), ...(await failuresOf(checks, folder))];
}

function optionalPeers(item) {
  return withOurs(item).flatMap(({ manifest }) => Object.keys(manifest.peerDependenciesMeta ?? {}));
}
