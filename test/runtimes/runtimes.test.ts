// The program, the READMEs' examples as they stand there, and the tests of what differs by engine, on the built packages, in
// newer versions of Node, in Deno and in Bun.
import { execFile } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";
import { EXAMPLES, exampleFolder } from "../examples.ts";
import { ROOT } from "../workspace.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8")) as {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** What each is called, by its name among the dependencies, and how it runs a file. */
const RUNTIMES: Readonly<Record<string, { readonly title: string; readonly command: readonly string[] }>> = {
  "node-22": { title: "Node", command: ["bin/node"] },
  "node-24": { title: "Node", command: ["bin/node"] },
  "node-26": { title: "Node", command: ["bin/node"] },
  deno: { title: "Deno", command: ["deno", "run", "--quiet", "--allow-all"] },
  bun: { title: "Bun", command: ["bin/bun"] },
};

/** What engines differ in: threads, fetching, files that are killed while they are written, characters. */
const TESTS = [
  "packages/backend-wasm/test/threads.test.ts",
  "packages/backend-wasm/test/wide.test.ts",
  "packages/pretrained/test/remote.test.ts",
  "packages/training/test/killed.test.ts",
  "packages/tokenizers/test/fuzz.parity.test.ts",
];

test("the README names these versions", () => {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const [head = ""] = /^\|.*Chromium \d+.*\|$/m.exec(readme) ?? [];
  const names = Object.entries(RUNTIMES).map(([name, { title }]) => {
    const [, version = "none"] = /@(\d+\.\d+)\.\d+$/.exec(dependencies[name] ?? "") ?? [];
    return `${title} ${version}`;
  });
  expect(Object.keys(dependencies).sort()).toEqual(Object.keys(RUNTIMES).sort());
  expect(names.filter((name) => !head.includes(` ${name} `))).toEqual([]);
});

// Need the built packages and the runtimes: `pnpm test:runtimes` sees to both, and sets it.
describe
  .skipIf(process.env["QKV_TEST_RUNTIMES"] === undefined)
  .each(Object.entries(RUNTIMES).map(([name, runtime]) => ({ name, ...runtime })))(
  "$name",
  ({ name, title, command: [binary = "", ...flags] }) => {
    const program = join(here, "node_modules", name, binary);
    const folder = exampleFolder();
    afterAll(() => rmSync(folder, { recursive: true }));

    /** What a file prints, run there with its arguments. */
    async function output(cwd: string, file: string, ...args: string[]): Promise<string> {
      const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1", NODE_NO_WARNINGS: "1" };
      const { stdout } = await promisify(execFile)(program, [...flags, join(ROOT, file), ...args], { cwd, env });
      return stdout;
    }
    const qkv = (...args: string[]) => output(folder, "apps/cli/bin/qkv.js", ...args);

    test("is installed", () => {
      expect(existsSync(program), `${program}: pnpm test:runtimes installs it, on Linux on x64`).toBe(true);
    });

    test("runs the program: one thread says what two say", async () => {
      const text = "Where is the train station?";
      expect(await qkv("translate", "--threads", "1", text)).toMatch(/^Où est la gare\s\?\n$/);
      expect(await qkv("translate", "--threads", "2", text)).toMatch(/^Où est la gare\s\?\n$/);
      const labels = await qkv("classify", "--json", "--top", "1", "packages/vit/test/images/rgb.jpg");
      expect(JSON.parse(labels)).toMatchObject({ labels: [{ label: "frog" }] });
    });

    test("runs the examples", async () => {
      const examples = Object.entries(EXAMPLES).filter(([, { needs }]) => needs === undefined);
      const files = examples.map(([file]) => join(ROOT, "examples", file));
      const lines = (await output(folder, "test/runtimes/runExamples.mjs", ...files)).trimEnd().split("\n");
      const printed = Object.fromEntries(examples.map(([file], i) => [file, JSON.parse(lines[i] ?? "") as string]));
      expect(printed).toEqual(
        Object.fromEntries(examples.map(([file, { prints }]) => [file, expect.stringMatching(prints) as string])),
      );
    });

    test.runIf(title === "Node")("passes the tests of what engines differ in", async () => {
      await output(ROOT, "node_modules/vitest/vitest.mjs", "run", "--config", "vitest.built.config.ts", ...TESTS);
    });
  },
);
