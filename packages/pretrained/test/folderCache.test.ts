// A cache that is damaged, read-only, full, or left in disorder by processes that were killed.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remoteFiles } from "@qkv/pretrained";
import { folderCache, listCachedModels, modelFolder, removeCachedModel, verifyCache } from "@qkv/pretrained/node";
import { type HubServer, startHub, startWeb } from "@qkv/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { digestOf } from "../src/node/cacheFiles.ts";
import { orInMemory } from "../src/node/orInMemory.ts";
import { memoryPartial, type PartialFile } from "../src/remote/fileCache.ts";
import { readAll } from "../src/remote/keptFiles.ts";
import { readWhole } from "../src/node/readWhole.ts";

const text = (words: string) => new TextEncoder().encode(words);
const COMMIT = "1".repeat(40);
const WEIGHTS = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
let root: string;
let cache: string;
let hub: HubServer;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "qkv-folder-cache-"));
  await chmod(root, 0o755);
  cache = join(root, "cache");
  const files = { "config.json": text("{}"), "model.safetensors": WEIGHTS };
  hub = await startHub({ "me/tiny": { commits: { [COMMIT]: files }, revisions: { main: COMMIT } } });
});
afterEach(async () => {
  await hub.close();
  await rm(root, { recursive: true, force: true });
});

const told: string[] = [];
beforeEach(() => void told.splice(0));
const files = () =>
  remoteFiles("me/tiny", { endpoint: hub.endpoint, cache: folderCache(cache, (reason) => told.push(reason)) });
const fetchAll = async () => [await files().read("config.json"), await files().read("model.safetensors")];
const everyFile = async () =>
  (await readdir(cache, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

describe("a damaged cache", () => {
  test.each<[string, (bytes: Uint8Array) => Uint8Array]>([
    ["one byte is another", (bytes) => bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte))],
    ["the end is lost", (bytes) => bytes.subarray(0, bytes.length - 1)],
    ["it is empty", () => new Uint8Array()],
    ["it is longer", (bytes) => Uint8Array.of(...bytes, 0)],
    ["it is noise", (bytes) => bytes.map((_, i) => (i * 37) % 256)],
  ])("mends itself where %s, whichever file", async (_, damage) => {
    await fetchAll();
    for (const path of await everyFile()) {
      await writeFile(path, damage(await readFile(path)));
      expect(await fetchAll(), path).toEqual([text("{}"), WEIGHTS]);
      expect(await verifyCache(cache), path).toEqual({ whole: 4, damaged: [] });
    }
    expect(told).toEqual([]);
  });

  test("mends itself where a file is a folder", async () => {
    await fetchAll();
    for (const path of await everyFile()) {
      await rm(path);
      await mkdir(path);
      expect(await fetchAll()).toEqual([text("{}"), WEIGHTS]);
      await rm(path, { recursive: true });
    }
  });

  test("without a network is an error, not a model with a file less", async () => {
    const web = await startWeb({ "config.json": text("{}") });
    const read = () => remoteFiles(`${web.endpoint}/models/tiny`, { cache: folderCache(cache) }).read("config.json");
    await read();
    await web.close();
    expect(await read()).toEqual(text("{}"));
    await writeFile(join(cache, "blobs", digestOf("{}")), "[]");
    await expect(read()).rejects.toThrow("could not be reached");
  });

  test("is told by verifyCache, which removes what is damaged", async () => {
    await fetchAll();
    await writeFile(join(cache, "blobs", digestOf(WEIGHTS)), WEIGHTS.toReversed());
    expect(await verifyCache(cache)).toEqual({ whole: 3, damaged: ["me/tiny"] });
    expect(await verifyCache(cache)).toEqual({ whole: 3, damaged: [] });
    expect(await fetchAll()).toEqual([text("{}"), WEIGHTS]);
  });
});

describe("a cache that takes nothing", () => {
  /** As a user whom permissions bind; root passes them all. */
  async function asNobody<T>(run: () => Promise<T>): Promise<T> {
    if (process.getuid?.() !== 0) return run();
    process.seteuid?.(65534);
    try {
      return await run();
    } finally {
      process.seteuid?.(0);
    }
  }
  const lock = async (mode: number) => {
    for (const name of ["blobs", "entries", "partial", "."]) await chmod(join(cache, name), mode);
  };

  test.skipIf(process.platform === "win32")("opens what it has while the hub is up, without a note", async () => {
    await fetchAll();
    await lock(0o555);
    expect(await asNobody(fetchAll)).toEqual([text("{}"), WEIGHTS]);
    expect(told).toEqual([]);
    await lock(0o755);
  });

  test.skipIf(process.platform === "win32")("opens what it has not too, with a note", async () => {
    await files().read("config.json");
    await lock(0o555);
    expect(await asNobody(fetchAll)).toEqual([text("{}"), WEIGHTS]);
    expect(told).toEqual([`the cache ${cache}: no permission (EACCES)`]);
    await lock(0o755);
  });

  test.skipIf(process.platform === "win32")("opens a model that may not be read there", async () => {
    await fetchAll();
    await lock(0o000);
    expect(await asNobody(fetchAll)).toEqual([text("{}"), WEIGHTS]);
    expect(told[0]).toBe(`the cache ${cache}: no permission (EACCES)`);
    await lock(0o755);
  });

  test
    .skipIf(process.platform !== "linux")
    .each(["/proc/qkv/cache", "/proc/self/cache", "/dev/null/cache", "/sys/qkv"])(
    "at %s opens a model, with a note",
    async (place) => {
      cache = place;
      expect(await fetchAll()).toEqual([text("{}"), WEIGHTS]);
      expect(told[0]).toMatch(/^the cache \S+: .* \((?:ENOENT|EACCES|ENOTDIR|EPERM|EROFS)\)$/);
    },
  );

  test("in the place of which there is a file", async () => {
    await writeFile(cache, "");
    expect(await fetchAll()).toEqual([text("{}"), WEIGHTS]);
    expect(told[0]).toMatch(/a file where a folder has to be|something in its place|expected a folder/);
  });

  test("has no room: it says so before the first byte", async () => {
    const part = await folderCache(cache, (reason) => told.push(reason)).begin("key", Number.MAX_SAFE_INTEGER);
    expect(told[0]).toMatch(/expected room for 9007199254740991 bytes, got \d+$/);
    await part.append(text("ours"));
    expect(await readAll(await part.open())).toEqual(text("ours"));
    await part.close();
    expect(await readdir(join(cache, "partial"))).toEqual([]);
  });

  test("is full in the middle: the rest is held in memory", async () => {
    const disk = memoryPartial();
    const full: PartialFile = {
      ...disk,
      get size() {
        return disk.size;
      },
      append: (chunk) => {
        if (disk.size + chunk.length <= 4) return disk.append(chunk);
        return Promise.reject(Object.assign(new Error("write"), { code: "ENOSPC" }));
      },
    };
    const refused: unknown[] = [];
    const part = orInMemory(full, (error) => refused.push(error));
    for (const letter of "sentence") await part.append(text(letter));
    expect([await readAll(await part.open()), part.size, disk.size]).toEqual([text("sentence"), 8, 0]);
    await part.finish();
    expect(refused).toEqual([expect.objectContaining({ code: "ENOSPC" })]);
  });
});

describe("what processes that were killed left", () => {
  const age = async (path: string, days: number) => {
    const then = Date.now() / 1000 - days * 86_400;
    await utimes(path, then, then);
  };

  test("is removed when nobody will go on with it", async () => {
    await fetchAll();
    const partial = (key: string, pid: number) =>
      join(cache, "partial", `${digestOf(key)}.${"a".repeat(12)}.${pid}.0a.part`);
    const left: [path: string, days: number, stays: boolean][] = [
      [partial("other", 1), 8, false],
      [partial("another", 1), 6, true],
      [join(cache, "partial", "0123.tmp"), 1, false],
      [join(cache, "partial", "4567.tmp"), 0, true],
      [join(cache, "blobs", digestOf("unnamed")), 1, false],
      [join(cache, "blobs", digestOf("new")), 0, true],
      [join(cache, "blobs", digestOf("{}")), 30, true],
    ];
    for (const [path, days] of left) {
      await writeFile(path, "{}");
      await age(path, days);
    }
    await (await folderCache(cache).begin("key")).close();
    const there = await everyFile();
    expect(left.map(([path]) => there.includes(path))).toEqual(left.map(([, , stays]) => stays));
    expect(await fetchAll()).toEqual([text("{}"), WEIGHTS]);
  });

  test("is gone on with, the longest of several, and the others go", async () => {
    await fetchAll();
    for (const [name, left] of [
      ["0a", "abc"],
      ["0b", "abcdef"],
      ["0c", "a"],
    ] as const) {
      const path = join(cache, "partial", `${digestOf("key")}.${"a".repeat(12)}.1.${name}.part`);
      await writeFile(path, left);
      await age(path, 0.1);
    }
    const part = await folderCache(cache).begin("key");
    expect([part.size, await readAll(await part.open())]).toEqual([6, text("abcdef")]);
    await part.close();
    expect(await readdir(join(cache, "partial"))).toHaveLength(1);
  });

  test("is not looked for behind a link", async () => {
    await fetchAll();
    await rm(join(cache, "partial"), { recursive: true });
    await mkdir(join(root, "theirs"));
    await writeFile(join(root, "theirs", "old.tmp"), "");
    await age(join(root, "theirs", "old.tmp"), 30);
    await symlink(join(root, "theirs"), join(cache, "partial"));
    await (await folderCache(cache).begin("key")).close();
    expect(await readdir(join(root, "theirs"))).toEqual(["old.tmp"]);
  });
});

describe("the models of a cache", () => {
  test("are listed with their sizes and licences, and can be removed", async () => {
    const web = await startWeb({ "config.json": text("{}") });
    const address = `${web.endpoint}/models/tiny`;
    const answers = createServer((request, response) => {
      const siblings = [{ rfilename: "config.json" }];
      const isAnswer = request.url?.startsWith("/api/") === true;
      response.end(isAnswer ? JSON.stringify({ sha: COMMIT, siblings, cardData: { license: "apache-2.0" } }) : "bytes");
    });
    await new Promise<void>((resolve) => answers.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(answers.address() as AddressInfo).port}`;
    const folder = folderCache(cache);
    await fetchAll();
    await remoteFiles(address, { cache: folder }).read("config.json");
    await remoteFiles("me/licensed@v1", { endpoint, cache: folder }).read("config.json");
    answers.close();
    await web.close();

    const model = { revisions: [COMMIT, "main"], files: 2, bytes: 5002 };
    expect(await listCachedModels(cache)).toEqual([
      { ref: address, revisions: [], files: 1, bytes: 2 },
      { ref: "me/licensed", endpoint, revisions: [COMMIT, "v1"], files: 1, bytes: 5, license: "apache-2.0" },
      { ref: "me/tiny", endpoint: hub.endpoint, ...model },
    ]);
    expect(await removeCachedModel(cache, "me/tiny")).toBe(4);
    expect(await removeCachedModel(cache, "me/tiny")).toBe(0);
    expect((await listCachedModels(cache)).map(({ ref }) => ref)).toEqual([address, "me/licensed"]);
    expect(await readdir(join(cache, "blobs"))).toContain(digestOf("{}")); // of the other model too
    expect(await readdir(join(cache, "blobs"))).not.toContain(digestOf(WEIGHTS));
  });
});

describe("a folder's files", () => {
  test.skipIf(process.env["QKV_TEST_LARGE"] === undefined)("are read above 2 GiB", async () => {
    const path = join(root, "large");
    const file = await open(path, "w");
    const size = 2 ** 31 + 5;
    await file.truncate(size);
    await file.write(text("end"), 0, 3, size - 3);
    await file.close();
    const bytes = await readWhole(path);
    expect([bytes.length, bytes.subarray(-4)]).toEqual([size, Uint8Array.of(0, ...text("end"))]);
  });

  test("are refused above their limit, before they are read", async () => {
    const path = join(root, "config.json");
    const file = await open(path, "w");
    await file.truncate(1e11);
    await file.close();
    await expect(modelFolder(root).read("config.json")).rejects.toThrow(
      `${path}: expected at most 10000000 bytes, got 100000000000 or more; limits.config, in the program QKV_MAX_CONFIG, raises it`,
    );
  });

  test.each<[string, (path: string) => Promise<unknown>, string]>([
    ["a folder", (path) => mkdir(path), "something that is no file (EISDIR)"],
    ["a link in a circle", (path) => symlink(path, path), "a symbolic link that leads nowhere (ELOOP)"],
    ["a device", (path) => symlink("/dev/zero", path), "something that is no file (EISDIR)"],
  ])("say why they cannot be read: %s", async (_, make, reason) => {
    await make(join(root, "config.json"));
    await expect(modelFolder(root).read("config.json")).rejects.toThrow(
      `${root}/config.json: expected a file that can be read, got ${reason}`,
    );
  });
});
