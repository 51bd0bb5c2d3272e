// The picture in ARCHITECTURE.md as a table: who may import whom. Dependencies point one way.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Import, importsOf, members, packageOf, reachable, ROOT, sources, tests } from "./workspace.ts";

interface Layer {
  /** What its sources may import. */
  readonly imports: readonly string[];
  /** What they may import by `import()` only, and so is an optional peer. */
  readonly lazily?: readonly string[];
  /** What they load by a name that bundlers do not see, being for Node alone: an optional peer too. */
  readonly unseen?: readonly string[];
  /** Node's own modules may be named in the files behind `./node`; "everywhere" is for programs, "lazily" needs import(). */
  readonly node?: "lazily" | "everywhere";
}

const CORE = "@tensorflow/tfjs-core";

const LAYERS: Readonly<Record<string, Layer>> = {
  "@qkv/audio": { imports: [], lazily: ["minimp3-wasm", "opus-decoder", "stb-vorbis"] },
  "@qkv/gguf": { imports: [] },
  "@qkv/safetensors": { imports: [] },
  "@qkv/tokenizers": { imports: [] },
  "@qkv/visualize": { imports: [] },
  "@qkv/ops": { imports: [CORE] },
  "@qkv/backend": {
    imports: ["@qkv/ops", CORE],
    lazily: ["@qkv/backend-wasm", "@qkv/backend-webgpu", "@tensorflow/tfjs-backend-cpu"],
  },
  "@qkv/backend-native": { imports: [], node: "lazily" },
  "@qkv/backend-wasm": {
    imports: ["@qkv/ops", CORE, "@tensorflow/tfjs-backend-wasm"],
    unseen: ["@qkv/backend-native"],
    node: "lazily",
  },
  "@qkv/backend-webgpu": { imports: ["@qkv/ops", CORE, "@tensorflow/tfjs-backend-webgpu"], unseen: ["webgpu"] },
  "@qkv/nn": { imports: ["@qkv/ops", CORE] },
  "@qkv/attention": { imports: ["@qkv/ops", "@qkv/nn", CORE] },
  "@qkv/transformer": { imports: ["@qkv/attention", "@qkv/ops", "@qkv/nn", CORE] },
  "@qkv/vit": {
    imports: ["@qkv/attention", "@qkv/ops", "@qkv/nn", "@qkv/transformer", CORE, "image-dimensions"],
    lazily: ["sharp"],
  },
  "@qkv/ai-sdk": { imports: ["@ai-sdk/provider", "@qkv/audio", "@qkv/pretrained", CORE], unseen: ["ai"] },
  "@qkv/onnx": { imports: ["@qkv/attention", "@qkv/ops", "@qkv/nn", "@qkv/transformer", CORE] },
  "@qkv/microscope": { imports: ["@qkv/ops", "@qkv/nn", "@qkv/transformer", CORE] },
  "@qkv/layers": { imports: ["@qkv/attention", "@qkv/ops", "@qkv/nn", CORE, "@tensorflow/tfjs-layers"] },
  "@qkv/training": { imports: ["@qkv/ops", "@qkv/nn", "@qkv/safetensors", CORE], lazily: ["hyparquet"] },
  "@qkv/pretrained": {
    imports: [
      "@noble/hashes",
      "@qkv/attention",
      "@qkv/audio",
      "@qkv/gguf",
      "@qkv/ops",
      "@qkv/nn",
      "@qkv/safetensors",
      "@qkv/tokenizers",
      "@qkv/transformer",
      "@qkv/visualize",
      "@qkv/vit",
      CORE,
      "undici",
    ],
    lazily: ["@huggingface/jinja"],
  },
  "@qkv/finetuning": {
    imports: [
      "@qkv/audio",
      "@qkv/nn",
      "@qkv/ops",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/training",
      "@qkv/transformer",
      CORE,
    ],
  },
  "@qkv/testing": { imports: ["@qkv/backend", "@qkv/safetensors", CORE, "vitest"], node: "everywhere" },
  "@qkv/app-shell": {
    imports: [
      "@preact/signals",
      "@qkv/backend",
      "@qkv/ops",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/visualize",
      "comlink",
      "fflate",
      "preact",
    ],
  },
  "@qkv/translate": {
    imports: [
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/transformer",
      "@qkv/visualize",
      "diff",
      "preact",
    ],
  },
  "@qkv/classify": {
    imports: [
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/backend",
      "@qkv/pretrained",
      "@qkv/training",
      "@qkv/visualize",
      "@qkv/vit",
      "preact",
    ],
  },
  "@qkv/listen": {
    imports: [
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/audio",
      "@qkv/pretrained",
      "@qkv/transformer",
      "@qkv/visualize",
      "preact",
    ],
  },
  "@qkv/finetune": {
    imports: [
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/backend",
      "@qkv/finetuning",
      "@qkv/nn",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/training",
      "@qkv/transformer",
      "@qkv/visualize",
      "idb-keyval",
      "papaparse",
      "preact",
    ],
  },
  "@qkv/generate": {
    imports: [
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/attention",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/transformer",
      "@qkv/visualize",
      "preact",
    ],
  },
  "@qkv/microscope-page": {
    imports: [
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/microscope",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/transformer",
      "@qkv/visualize",
      "preact",
    ],
  },
  "@qkv/home": { imports: ["@qkv/app-shell", "preact"] },
  "@qkv/tour": {
    imports: [
      "@codemirror/commands",
      "@codemirror/lang-javascript",
      "@codemirror/language",
      "@codemirror/state",
      "@codemirror/view",
      "@lezer/highlight",
      "@preact/signals",
      "@qkv/app-shell",
      "@qkv/attention",
      "@qkv/backend",
      "@qkv/examples",
      "@qkv/microscope",
      "@qkv/nn",
      "@qkv/ops",
      "@qkv/pretrained",
      "@qkv/tokenizers",
      "@qkv/training",
      "@qkv/transformer",
      "@qkv/visualize",
      "@qkv/vit",
      CORE,
      "acorn",
      "preact",
      "sucrase",
    ],
  },
  "@qkv/cli": {
    imports: [
      "@hono/node-server",
      "@qkv/attention",
      "@qkv/audio",
      "@qkv/backend",
      "@qkv/ops",
      "@qkv/backend-wasm",
      "@qkv/finetuning",
      "@qkv/nn",
      "@qkv/onnx",
      "@qkv/pretrained",
      "@qkv/safetensors",
      "@qkv/tokenizers",
      "@qkv/training",
      "@qkv/transformer",
      "@qkv/visualize",
      "@qkv/vit",
      CORE,
      "@tensorflow/tfjs-backend-cpu",
      "@tensorflow/tfjs-backend-wasm",
      "cli-progress",
      "commander",
      "fflate",
      "hono",
      "sharp",
      "tar-stream",
      "zod",
    ],
    node: "everywhere",
  },
};

/** What tests may import beside what their package may: the private package, the tools, any of ours to be tested with. */
const TEST_IMPORTS = /^(?:@qkv\/|@tensorflow\/tfjs-|vitest$|fast-check$|ai$|openai$|tsup$|node:)/;

/** The tools that the root installs for everybody. */
const FROM_ROOT = new Set(["vitest", "fast-check"]);

const said = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

test("every package has a row, and every row a package", () => {
  expect(
    members()
      .map(({ manifest }) => manifest.name)
      .sort(),
  ).toEqual(Object.keys(LAYERS).sort());
});

test("the rows make no circle", () => {
  const above = (name: string, path: readonly string[]): void => {
    expect(path, `${[...path, name].join(" -> ")}`).not.toContain(name);
    for (const next of LAYERS[name]?.imports ?? []) above(next, [...path, name]);
  };
  for (const name of Object.keys(LAYERS)) above(name, []);
});

describe.each(members())("$manifest.name", ({ folder, manifest }) => {
  const { imports, lazily = [], unseen = [], node } = LAYERS[manifest.name] ?? { imports: [] };
  const statements = sources(folder).flatMap(importsOf);

  test("imports what its row allows, and no more", () => {
    const allowed = ({ specifier, lazy }: Import) => {
      const name = packageOf(specifier);
      if (name === undefined || name === "node:") return true;
      return imports.includes(name) || (lazy && lazily.includes(name));
    };
    expect(statements.filter((statement) => !allowed(statement)).map(said)).toEqual([]);
  });

  test("stays inside its folder, and names files that are there", () => {
    const broken = [...statements, ...tests(folder).flatMap(importsOf)].filter(
      ({ file, specifier }) => specifier.startsWith(".") && !insideAndThere(folder, file, specifier),
    );
    expect(broken.map(said)).toEqual([]);
  });

  test("uses public exports only", () => {
    const exportsOf = new Map(members().map((member) => [member.manifest.name, member.manifest.exports ?? {}]));
    const all = [...statements, ...tests(folder).flatMap(importsOf)];
    const hidden = all.filter(({ specifier }) => {
      const name = packageOf(specifier) ?? "";
      const found = exportsOf.get(name);
      return found !== undefined && !Object.hasOwn(found, `.${specifier.slice(name.length)}`);
    });
    expect(hidden.map(said)).toEqual([]);
  });

  test("keeps Node's modules out of what runs in a browser", () => {
    if (node === "everywhere") return;
    const entries = ["index.ts", "main.tsx", "worker.ts"].map((name) => `${folder}/src/${name}`);
    const inPage = entries.filter((entry) => existsSync(join(ROOT, entry))).flatMap(reachable);
    const needsNode = inPage.filter(
      ({ specifier, lazy }) => specifier.startsWith("node:") && !(node === "lazily" && lazy),
    );
    expect(needsNode.map(said)).toEqual([]);
  });

  test("declares what it imports, and nothing else", () => {
    const declared = [...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.peerDependencies ?? {})];
    const used = statements.map(({ specifier }) => packageOf(specifier)).filter((name) => name !== undefined);
    const needed = new Set(used.filter((name) => name !== "node:" && !(manifest.private && FROM_ROOT.has(name))));
    expect([...needed].filter((name) => !declared.includes(name))).toEqual([]);
    // The engine is everybody's peer that imports somebody who takes it as one; programs install what libraries peer on.
    const unused = declared.filter(
      (name) => !needed.has(name) && !unseen.includes(name) && !(name === CORE && imports.includes(CORE)),
    );
    expect(unseen.filter((name) => manifest.peerDependenciesMeta?.[name]?.optional !== true)).toEqual([]);
    if (node !== "everywhere") expect(unused).toEqual([]);
  });

  test("takes the engine as a peer", () => {
    if (node === "everywhere") return;
    expect(Object.keys(manifest.dependencies ?? {})).not.toContain(CORE);
  });

  test("is tested with nothing but the house and its tools", () => {
    const statements = tests(folder).flatMap(importsOf);
    const foreign = statements.filter(({ specifier }) => {
      const name = packageOf(specifier);
      return name !== undefined && !imports.includes(name) && !TEST_IMPORTS.test(name);
    });
    expect(foreign.map(said)).toEqual([]);
  });
});

function insideAndThere(folder: string, file: string, specifier: string): boolean {
  const target = join(dirname(file), specifier);
  return (
    target.startsWith(`${folder}/`) && existsSync(join(ROOT, target)) && /\.(?:tsx?|json|css|wasm|md)$/.test(target)
  );
}
