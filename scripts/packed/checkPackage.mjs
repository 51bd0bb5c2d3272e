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
  writeFileSync(
    join(folder, "browser.mjs"),
    browser.map((entry, i) => `import * as e${i} from "${entry}";\nglobalThis.e${i} = e${i};\n`).join(""),
  );
  writeFileSync(join(folder, "index.html"), '<!doctype html><script type="module" src="./browser.mjs"></script>');

  const typeChecks = writeTypeChecks(item, entries, folder);
  const unresolved = optionalPeers(item).flatMap((name) => [`--external:${name}`]);
  const checks = [
    ["imports in Node without a word", process.execPath, ["node.mjs"], { silent: true }],
    ...typeChecks.map(([what, file]) => [what, tools.tsc, ["-p", file]]),
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

/** Peers whose declarations fail by themselves: tf.layers' contradict one another, the AI SDK's want json-schema's, which has none. */
const WITH_FAULTY_TYPES = ["@tensorflow/tfjs-layers", "@ai-sdk/provider"];

/**
 * Writes a tsconfig for each way to check types, ours and those they stand on, as strictly as can be and on the oldest `lib`.
 * tfjs's types want the DOM's; a package that does without tfjs does without both.
 */
function writeTypeChecks(item, entries, folder) {
  const strict = {
    noEmit: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: WITH_FAULTY_TYPES.some((name) => name in (item.manifest.peerDependencies ?? {})),
    target: "es2022",
  };
  const dom = { lib: ["es2022", "dom"] };
  const bundler = { module: "esnext", moduleResolution: "bundler" };
  const isBare = withOurs(item).every(({ manifest }) => manifest.peerDependencies === undefined);
  const ways = [
    ["has types for bundlers", "bundler", { ...dom, ...bundler }, entries],
    ["has types for Node", "nodenext", { ...dom, module: "nodenext", moduleResolution: "nodenext" }, entries],
  ];
  const bare = entries.filter((entry) => isBare && !entry.endsWith("/element"));
  if (bare.length > 0) ways.push(["has types without DOM", "bare", { lib: ["es2022"], types: [], ...bundler }, bare]);
  return ways.map(([what, name, options, names]) => {
    writeFileSync(join(folder, `${name}.ts`), names.map((entry, i) => `export * as e${i} from "${entry}";\n`).join(""));
    const config = { compilerOptions: { ...strict, ...options }, files: [`${name}.ts`] };
    writeFileSync(join(folder, `tsconfig.${name}.json`), JSON.stringify(config));
    return [what, `tsconfig.${name}.json`];
  });
}

function optionalPeers(item) {
  return withOurs(item).flatMap(({ manifest }) => Object.keys(manifest.peerDependenciesMeta ?? {}));
}
