// What a server, an index or a cache from elsewhere calls a file leads nowhere outside the folder.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderCache, modelFolder } from "@qkv/pretrained/node";
import { memoryFiles, PretrainedError, remoteFiles } from "@qkv/pretrained";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "../src/node/cacheFiles.ts";
import { isFileName } from "../src/files/fileName.ts";
import { openWeights } from "../src/weights/readWeights.ts";

const text = (words: string) => new TextEncoder().encode(words);
let folder: string; // holds the cache and what lies beside it
let cache: string;
const closing: (() => void)[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qkv-names-"));
  cache = join(folder, "a", "b", "cache");
});
afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await rm(folder, { recursive: true });
});

/** @returns the server's address */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => (server.close(), server.closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Every file below the temporary folder, but for those of the cache. */
async function outside(): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((entry) => !entry.isDirectory() && !entry.parentPath.startsWith(cache)).map(({ name }) => name);
}

const NAME = /^(?:entries\/[0-9a-f]{64}\.json|blobs\/[0-9a-f]{64})$/;

describe("an ETag", () => {
  const up = `x${"/..".repeat(40)}`;
  test.each([
    ["that climbs to an absolute path", () => `${up}${join(folder, "owned")}`],
    ["that climbs from where it stands", () => "../../../../owned"],
    ["in quotes that climbs", () => `"${up}${join(folder, "owned")}"`],
    ["that is an absolute path", () => join(folder, "owned")],
    ["of a drive and backslashes", () => "C:\\..\\..\\owned"],
    ["of two dots", () => ".."],
    ["that is empty", () => ""],
    ["of 10,000 letters", () => "x".repeat(10_000)],
    ["beyond ASCII", () => "\u00e9\u00ff/../\u00e9"],
    ["encoded for an address", () => "%2e%2e%2f%2e%2e%2fowned"],
  ])("%s names nothing", async (_, etag) => {
    const address = await serve((request, response) => {
      if (request.url !== "/m/config.json") return void response.writeHead(404).end();
      response.writeHead(200, { ETag: etag(), "Content-Length": 5 });
      response.end(request.method === "HEAD" ? undefined : "bytes");
    });
    for (const time of [1, 2]) {
      const files = remoteFiles(`${address}/m`, { cache: folderCache(cache) });
      expect(await files.read("config.json"), `time ${time}`).toEqual(text("bytes"));
      expect(await files.read("tokenizer.json")).toBeUndefined();
    }
    expect(await outside()).toEqual([]);
    const names = (await readdir(cache, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    for (const { parentPath, name } of names) expect(join(parentPath, name).slice(cache.length + 1)).toMatch(NAME);
  });
});

describe("a hub", () => {
  const COMMIT = "c".repeat(40);
  const hub = (siblings: unknown[], facts: object = {}) =>
    serve((request, response) => {
      const isAnswer = request.url?.startsWith("/api/") === true;
      response.end(isAnswer ? JSON.stringify({ sha: COMMIT, siblings, ...facts }) : "bytes");
    });
  const open = (endpoint: string, ref = "me/tiny") => remoteFiles(ref, { endpoint, cache: folderCache(cache) });

  test.each(["../../../owned", "a/../../owned"])("that lists %s is refused", async (rfilename) => {
    await expect(open(await hub([{ rfilename }])).read("config.json")).rejects.toThrow(
      "expected a file's name in rfilename, got",
    );
  });

  test.each(["/etc/passwd", "C:\\x", "a\\..\\b", "a\0b", "\ud800", "./x", ""])(
    "has no file of the name %j",
    async (rfilename) => {
      const files = open(await hub([{ rfilename }, { rfilename: "config.json" }]));
      expect(await files.read(rfilename)).toBeUndefined();
      expect(await files.read("config.json")).toEqual(text("bytes"));
      expect(await outside()).toEqual([]);
    },
  );

  test.each([
    ["its commit", [{ rfilename: "config.json" }], { sha: "../../../owned" }],
    ["a checksum", [{ rfilename: "config.json", blobId: "../../../../owned" }], {}],
    ["a checksum of a large file", [{ rfilename: "config.json", lfs: { sha256: "../../owned", size: 5 } }], {}],
  ])("names nothing by %s", async (_, siblings, facts) => {
    await open(await hub(siblings, facts))
      .read("config.json")
      .catch(() => undefined);
    expect(await outside()).toEqual([]);
  });

  test.each(["me/tiny@../../x", "me/..", "../tiny", "me/tiny@a//b", "me/tiny@/etc"])("has no id %s", async (ref) => {
    const address = await hub([]);
    expect(() => open(address, ref)).toThrow(PretrainedError);
  });
});

describe("an index of shards", () => {
  test.each([
    "../../x.safetensors",
    "/etc/x.safetensors",
    "a/../../x.safetensors",
    "..\\x.safetensors",
    "a\0.safetensors",
  ])("that names %j is refused in a folder and in memory", async (name) => {
    const index = text(JSON.stringify({ weight_map: { w: name } }));
    await writeFile(join(folder, "x.safetensors"), "");
    await mkdir(cache, { recursive: true });
    await writeFile(join(cache, "model.safetensors.index.json"), index);
    const inMemory = memoryFiles("m", new Map([["model.safetensors.index.json", index]]));
    for (const files of [modelFolder(cache), inMemory]) {
      await expect(openWeights(files)).rejects.toMatchObject({ name: "PretrainedError" }); // the sources' class, not the build's
      await expect(openWeights(files)).rejects.toThrow(
        /model\.safetensors\.index\.json: weight_map\.w: expected|below/,
      );
    }
  });
});

describe("a model folder", () => {
  test.each(["../x", "/etc/passwd", "a/../../x", "a\0", "", ".", "a\\b"])("reads nothing called %j", async (name) => {
    await writeFile(join(folder, "x"), "secret");
    await mkdir(join(folder, "m"));
    await expect(modelFolder(join(folder, "m")).read(name)).rejects.toThrow(
      `expected the name of a file below it, got ${JSON.stringify(name)}`,
    );
  });

  test("follows links, which a hub's own cache is made of", async () => {
    await mkdir(join(folder, "m"));
    await writeFile(join(folder, "blob"), "bytes");
    await symlink("../blob", join(folder, "m", "config.json"));
    expect(await modelFolder(join(folder, "m")).read("config.json")).toEqual(text("bytes"));
  });
});

describe("a cache", () => {
  const KEY = "host/me/tiny/config.json";
  const entry = () => join(cache, "entries", `${digestOf(KEY)}.json`);

  test("does not read or write through a link in the place of a file", async () => {
    await folderCache(cache).write(KEY, text("ours"));
    const blob = join(cache, "blobs", digestOf(text("ours")));
    for (const path of [blob, entry()]) {
      await writeFile(join(folder, "theirs"), await readFile(path));
      await rm(path);
      await symlink(join(folder, "theirs"), path);
      expect(await folderCache(cache).read(KEY)).toBeUndefined();
      await folderCache(cache).write(KEY, text("ours"));
      expect(await folderCache(cache).read(KEY)).toEqual(text("ours"));
    }
    expect(await outside()).toEqual(["theirs"]);
  });

  test.each(["blobs", "entries", "partial"])(
    "does not read or write through a link in the place of %s",
    async (name) => {
      await folderCache(cache).write(KEY, text("ours"));
      await rm(join(cache, name), { recursive: true });
      await mkdir(join(folder, "theirs"));
      await symlink(join(folder, "theirs"), join(cache, name));
      const told: string[] = [];
      const linked = folderCache(cache, (reason) => told.push(reason));
      await linked.write(KEY, text("more"));
      const part = await linked.begin(KEY);
      await part.append(text("more"));
      await part.finish();
      await part.close();
      expect(told).toEqual([expect.stringContaining("expected a folder of the cache, got a symbolic link: remove it")]);
      expect(await readdir(join(folder, "theirs"))).toEqual([]);
    },
  );

  test("does not go on with a link in the place of a download that was cut off", async () => {
    const partial = await folderCache(cache).begin(KEY);
    await partial.append(text("ours"));
    await partial.close();
    const [name = ""] = await readdir(join(cache, "partial"));
    const left = join(cache, "partial", name.replace(/\.\d+\./, ".999999999."));
    await writeFile(join(folder, "theirs"), "secret");
    await rm(join(cache, "partial", name));
    await symlink(join(folder, "theirs"), left);
    const next = await folderCache(cache).begin(KEY);
    expect(next.size).toBe(0);
    await next.append(text("new"));
    await next.finish();
    await next.close();
    expect(await readFile(join(folder, "theirs"), "utf8")).toBe("secret");
    expect(await folderCache(cache).read(KEY)).toEqual(text("new"));
  });

  test("may itself lie behind a link", async () => {
    await mkdir(join(folder, "real"));
    await symlink(join(folder, "real"), join(folder, "link"));
    await folderCache(join(folder, "link")).write(KEY, text("ours"));
    expect(await folderCache(join(folder, "real")).read(KEY)).toEqual(text("ours"));
  });
});

test.each<[string, boolean]>([
  ["model.safetensors", true],
  ["onnx/model..v2.onnx", true],
  ["...", true],
  ["a/..", false],
  ["a/./b", false],
  ["a//b", false],
  ["a/", false],
  ["/a", false],
  ["C:a", false],
  ["a\nb", false],
  ["a\udc00", false],
])("%j as the name of a file: %s", (name, is) => {
  expect(isFileName(name)).toBe(is);
});
