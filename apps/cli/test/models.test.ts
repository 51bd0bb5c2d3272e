import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type HubServer, startHub } from "@qkv/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { licenseOf, listShippedModels } from "../src/shippedCards.ts";
import { buildProgram, qkv } from "./qkv.ts";

const COMMIT = "c".repeat(40);
let folder: string;
let hub: HubServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "qkv-models-"));
  await buildProgram();
  const files = { "tokenizer.json": new TextEncoder().encode("{}") };
  hub = await startHub({ "me/tiny": { commits: { [COMMIT]: files }, revisions: { main: COMMIT } } });
});
afterAll(async () => {
  await hub.close();
  await rm(folder, { recursive: true });
});
const cache = () => path.join(folder, "cache");
const run = (args: readonly string[], env = {}) =>
  qkv(args, { env: { QKV_CACHE: cache(), HF_ENDPOINT: hub.endpoint, ...env } });

describe("qkv models", () => {
  test("knows what ships, with sizes and licences", async () => {
    const models = await listShippedModels();
    expect(models.map(({ model, license }) => [model, license])).toContainEqual(["en-fr", "cc-by-2.0"]);
    for (const { bytes, license } of models) {
      expect(bytes).toBeGreaterThan(100_000);
      expect(license).toBeDefined();
    }
  });

  test("lists what was fetched, checks it and removes it", async () => {
    await run(["tokenize", "--model", "me/tiny"]); // no tokenizer, but fetched
    const shown = `me/tiny  0.0 MB  -  ${hub.endpoint} cccccccc main\n`;
    expect(await run(["models"])).toMatchObject({ stdout: shown, stderr: `fetched models are kept in ${cache()}\n` });
    const listed = JSON.parse((await run(["models", "--json"])).stdout) as { cached: unknown };
    const tiny = { ref: "me/tiny", endpoint: hub.endpoint, revisions: [COMMIT, "main"], files: 1, bytes: 2 };
    expect(listed.cached).toEqual([tiny]);

    expect(await run(["models", "--verify"])).toMatchObject({ code: 0, stdout: "3 files are whole, 0 damaged\n" });
    for (const name of await readdir(path.join(cache(), "blobs"))) {
      const blob = path.join(cache(), "blobs", name);
      if ((await readFile(blob, "utf8")) === "{}") await writeFile(blob, "[]");
    }
    const verified = await run(["models", "--verify"]);
    expect(verified).toMatchObject({ code: 1, stdout: "2 files are whole, 1 damaged\n" });
    expect(verified.stderr).toContain("me/tiny: damaged files are removed");

    expect(await run(["models", "--remove", "me/tiny"])).toMatchObject({ code: 0, stderr: "removed me/tiny\n" });
    expect(JSON.parse((await run(["models", "--json"])).stdout)).toMatchObject({ cached: [] });
    expect(await run(["models", "--remove", "me/tiny"])).toMatchObject({
      code: 2,
      stderr: "qkv: --remove: expected a model that qkv models lists as fetched, got me/tiny\n",
    });
  });

  test.skipIf(process.platform !== "linux").each(["/proc/qkv", "/dev/null/qkv"])(
    "has none at %s, where a model opens unkept with a note",
    async (place) => {
      expect(await run(["models"], { QKV_CACHE: place })).toMatchObject({ code: 0, stderr: "" });
      const { stderr } = await run(["tokenize", "--model", "me/tiny"], { QKV_CACHE: place });
      expect(stderr).toMatch(/^not kept for the next time: the cache \/\w+\/.*qkv: .* \(\w+\)\n/);
    },
  );
});

test.each([
  ["---\nlicense: mit\n---\ntext", "mit"],
  ['---\r\ntags: [a]\r\nlicense: "apache-2.0"\r\n---\r\n', "apache-2.0"],
  ["---\nlicense: other\nlicense_name: llama3\n---\n", "llama3"],
  ["---\nlanguage: en\n---\nlicense: mit", undefined],
  ["license: mit", undefined],
  ["", undefined],
])("the licence of the card %j is %s", (card, license) => {
  expect(licenseOf(card)).toBe(license);
});
