import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Options } from "tsup";

type Plugin = NonNullable<Options["esbuildPlugins"]>[number];

const cli = fileURLToPath(new URL("..", import.meta.url));

// One for all test files, named by what its sources are like; below node_modules, where the program finds tfjs.
const bundles = path.join(cli, "node_modules", ".cache");
const PREFIX = "qkv-test-";
const bundle = path.join(bundles, PREFIX + sourcesStamp());

/** A word that changes with any source of the program. */
function sourcesStamp(): string {
  const packages = path.join(cli, "..", "..", "packages");
  const folders = [cli, ...readdirSync(packages).map((name) => path.join(packages, name))];
  const hash = createHash("sha256");
  for (const folder of folders.map((name) => path.join(name, "src")).filter((name) => existsSync(name))) {
    for (const name of (readdirSync(folder, { recursive: true }) as string[]).sort()) {
      const { mtimeMs, size } = statSync(path.join(folder, name));
      hash.update(`${folder}/${name} ${mtimeMs} ${size}\n`);
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** The packages that the program loads before it knows what it is asked for. */
export function startingPackages(): string[] {
  const files = new Set(["qkv.js"]);
  const packages = new Set<string>();
  for (const file of files) {
    const text = readFileSync(path.join(bundle, file), "utf8");
    for (const [, imported, required] of text.matchAll(/^(?:import|\}).* ?"([^"]+)";$|__require\("([^"]+)"\)/gm)) {
      const name = imported ?? required ?? "";
      (name.startsWith("./") ? files : packages).add(name);
    }
  }
  return [...packages].filter((name) => !isBuiltin(name)).sort();
}

const TFJS = /^@tensorflow\/tfjs-(?:core|backend-cpu|backend-wasm)$/;

/**
 * Takes tfjs by `require`: for an import Node first reads the names of all that its files export, a fifth of what a short run takes.
 * Tests start hundreds of them.
 */
const tfjsByRequire: Plugin = {
  name: "tfjs-by-require",
  setup(build) {
    const namespace = "tfjs";
    build.onResolve({ filter: TFJS }, ({ path: name, kind }) =>
      kind === "require-call" ? { path: name, external: true } : { path: name, namespace },
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path: name }) => {
      const names = Object.keys(createRequire(import.meta.url)(name) as object).filter((each) => each !== "default");
      const contents = `const tf = require("${name}");\nexport const { ${names.join(", ")} } = tf;`;
      return { contents, resolveDir: cli };
    });
  },
};

/** What a finished run left. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Bundles the program from its sources if none did, so that tests run it as a user does: a process of its own. */
export async function buildProgram(): Promise<void> {
  if (existsSync(bundle)) return;
  await mkdir(bundles, { recursive: true });
  await removeOldBundles();
  const unfinished = `${bundle}-${process.pid}`;
  await build({
    entry: { qkv: path.join(cli, "src", "main.ts") },
    outDir: unfinished,
    format: "esm",
    target: "es2022",
    noExternal: [/^@qkv\//, "image-dimensions", /^@noble\//, "@huggingface/jinja", TFJS], // and what those stand on and the program does not
    external: [
      /^(?!@qkv\/|@noble\/|@huggingface\/jinja|image-dimensions|@tensorflow\/tfjs-(?:core|backend-cpu|backend-wasm)$)[@a-z]/,
    ], // packages, found beside the program
    config: false,
    silent: true,
    esbuildPlugins: [tfjsByRequire],
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    esbuildOptions: (options) => {
      options.conditions = ["@qkv/source"];
    },
  });
  // Whoever is first has made it for all.
  await rename(unfinished, bundle).catch(() => rm(unfinished, { recursive: true, force: true }));
}

/** Removes the bundles of other sources; not those that another run may be using. */
async function removeOldBundles(): Promise<void> {
  const old = readdirSync(bundles)
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => path.join(bundles, name))
    .filter((folder) => Date.now() - statSync(folder).mtimeMs > 3_600_000);
  await Promise.all(old.map((folder) => rm(folder, { recursive: true, force: true })));
}

/** What a run gets beside its arguments. */
export interface RunOptions {
  readonly input?: string;
  /** A file or folder that standard input is, in place of `input`. */
  readonly stdin?: string;
  /** Environment variables beside those of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  /** The largest size of a file that it may write, in blocks of 512 bytes: it stands for a full disk. */
  readonly fileBlocks?: number;
  /** Gets the process, to kill it for example. */
  readonly whileRunning?: (child: ChildProcess) => void;
}

/** Runs `qkv ARGS` to its end. */
export async function qkv(
  args: readonly string[],
  { input = "", stdin, env: set = {}, fileBlocks, whileRunning }: RunOptions = {},
): Promise<Finished> {
  const { QKV_DATA: _, ...env } = { ...process.env, ...set };
  const given = stdin === undefined ? "pipe" : openSync(stdin, "r");
  const command = [process.execPath, path.join(bundle, "qkv.js"), ...args];
  const limited = ["sh", "-c", `ulimit -f ${fileBlocks}; exec "$0" "$@"`, ...command];
  const [program = "", ...rest] = fileBlocks === undefined ? command : limited;
  const child = spawn(program, rest, { env, stdio: [given, "pipe", "pipe"] });
  if (given !== "pipe") closeSync(given);
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdin?.on("error", () => undefined); // a program that ends early reads no further
  child.stdin?.end(input);
  whileRunning?.(child);
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}
