import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { initBackend } from "@qkv/backend";
import {
  type FileCache,
  loadPretrained,
  memoryCache,
  type OpenFile,
  type PartialFile,
  PretrainedError,
  remoteFiles,
  type RemoteOptions,
} from "@qkv/pretrained";
import { folderCache, modelFiles } from "@qkv/pretrained/node";
import { type HubServer, type Repository, startHub, startWeb } from "@qkv/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listEntries } from "../src/node/cacheFiles.ts";
import { hubFileKey, ownerOf } from "../src/remote/cacheKeys.ts";

const FLOAT32 = new URL("golden/float32/", import.meta.url);
const [FIRST, SECOND] = ["1".repeat(40), "2".repeat(40)];
const text = (words: string) => new TextEncoder().encode(words);
const noise = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * seed) % 251);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const WEIGHTS = noise(100_000);
const model = async (): Promise<Repository> => {
  const names = await readdir(FLOAT32);
  const read = async (name: string) => [name, new Uint8Array(await readFile(new URL(name, FLOAT32)))] as const;
  return { commits: { [FIRST]: Object.fromEntries(await Promise.all(names.map(read))) }, revisions: { main: FIRST } };
};
const noisy = (): Repository => ({
  commits: {
    [FIRST]: { "model.safetensors": WEIGHTS, "config.json": text("first") },
    [SECOND]: { "model.safetensors": WEIGHTS, "config.json": text("second"), "sub dir/more.txt": text("more") },
  },
  revisions: { main: SECOND, "v1.0": FIRST },
});

let folder: string;
const open: HubServer[] = [];
const started = async (server: Promise<HubServer>) => {
  open.push(await server);
  return server;
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "qkv-cache-"));
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  await rm(folder, { recursive: true });
});
const files = (hub: HubServer, ref = "me/noise", options: RemoteOptions = {}) =>
  remoteFiles(ref, { endpoint: hub.endpoint, cache: folderCache(folder), ...options });
const keyOfWeights = ({ endpoint }: HubServer) =>
  hubFileKey({ endpoint, id: "me/noise" }, { algorithm: "sha256", hex: sha256(WEIGHTS) }, SECOND, "model.safetensors");
const lines = (hub: HubServer) => hub.asked.map(({ line }) => line);
/** Everything in the cache, by its path. */
const kept = async () =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());

describe("weights that are kept in a folder", () => {
  /** The cache, and how many bytes it gave at once at most. */
  const watched = () => {
    const cache = folderCache(folder);
    const most = { read: 0, range: 0 };
    const seen = (name: keyof typeof most, bytes: Uint8Array | undefined) => {
      most[name] = Math.max(most[name], bytes?.length ?? 0);
      return bytes;
    };
    const watch = (file: OpenFile): OpenFile => ({
      ...file,
      read: async (start, end) => seen("range", await file.read(start, end)) as Uint8Array,
    });
    const watchedCache: FileCache = {
      ...cache,
      read: async (key) => seen("read", await cache.read(key)),
      open: async (key) => {
        const file = await cache.open?.(key);
        return file && watch(file);
      },
      begin: async (...about) => {
        const part = await cache.begin(...about);
        const fetched = Object.create(part) as PartialFile; // whose size goes on growing
        return Object.assign(fetched, { open: async () => watch(await part.open()) });
      },
    };
    return { most, cache: watchedCache };
  };

  test.each(["hub", "web"])("of a %s are read in parts, never whole", async (kind) => {
    const repository = await model();
    const weights = repository.commits[FIRST]?.["model.safetensors"]?.length ?? 0;
    const server = await started(
      kind === "hub" ? startHub({ "me/tiny": repository }) : startWeb(repository.commits[FIRST] ?? {}),
    );
    const ref = kind === "hub" ? "me/tiny" : `${server.endpoint}/models/tiny`;
    await initBackend("cpu");
    for (let time = 0; time < 2; time++) {
      const { most, cache } = watched();
      const { model } = await loadPretrained(files(server, ref, { cache }));
      model.dispose();
      expect(most.range).toBeGreaterThan(0);
      expect(most.range).toBeLessThan(weights / 2);
      expect(most.read).toBeLessThan(weights / 2);
    }
    expect(lines(server).filter((line) => line.startsWith("GET") && line.includes("safetensors"))).toHaveLength(1);
  });

  test("are fetched again if a byte changed on the disk", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    const first = await files(hub).open?.("model.safetensors");
    expect(first?.size).toBe(WEIGHTS.length);
    expect(await first?.read(5, 9)).toEqual(WEIGHTS.slice(5, 9));
    await first?.close();
    const [blob] = (await kept()).filter(({ name }) => name === sha256(WEIGHTS));
    const path = join(blob?.parentPath ?? "", blob?.name ?? "");
    await writeFile(path, WEIGHTS.map((byte, i) => (i === 77_777 ? byte ^ 1 : byte))); // prettier-ignore
    const again = await files(hub).open?.("model.safetensors");
    expect(await again?.read(77_777, 77_778)).toEqual(WEIGHTS.slice(77_777, 77_778));
    await again?.close();
    expect(lines(hub).filter((line) => line.startsWith("GET") && line.includes("safetensors"))).toHaveLength(2);
    expect(await files(hub).open?.("missing.safetensors")).toBeUndefined();
  });
});

describe("a model on a hub", () => {
  test("opens by its id, and from the cache without a network", async () => {
    const hub = await started(startHub({ "me/tiny": await model() }));
    await initBackend("cpu");
    const options = { endpoint: hub.endpoint, cache: folderCache(folder) };
    const online = await loadPretrained("me/tiny", options);
    expect(online).toMatchObject({ name: "me/tiny", architecture: "MarianMTModel" });
    expect(online.tokenizer?.vocabSize).toBeGreaterThan(0);
    await hub.close();
    const offline = await loadPretrained("me/tiny", options);
    expect(offline.config).toEqual(online.config);
    online.model.dispose();
    offline.model.dispose();
  });

  test("is asked for its commit once, and for nothing that it has not", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    const from = files(hub);
    expect(await from.read("config.json")).toEqual(text("second"));
    expect(await from.read("tokenizer.json")).toBeUndefined();
    expect(await from.read("sub dir/more.txt")).toEqual(text("more"));
    expect(lines(hub)).toEqual([
      "GET /api/models/me/noise/revision/main",
      `GET /me/noise/resolve/${SECOND}/config.json`,
      `GET /me/noise/resolve/${SECOND}/sub%20dir/more.txt`,
    ]);
  });

  test("stays at a revision, and fetches nothing twice that did not change", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    await files(hub).read("model.safetensors");
    const pinned = files(hub, "me/noise@v1.0");
    expect(await pinned.read("config.json")).toEqual(text("first"));
    expect(await pinned.read("model.safetensors")).toEqual(WEIGHTS);
    expect(lines(hub).filter((line) => line.includes("model.safetensors"))).toHaveLength(1);
    await hub.close();
    expect(await files(hub, `me/noise@${FIRST}`).read("config.json")).toEqual(text("first"));
  });

  test("tells how far a download is", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    const told: unknown[] = [];
    await files(hub, "me/noise", { onProgress: (progress) => told.push(progress) }).read("model.safetensors");
    expect(told[0]).toEqual({ file: "model.safetensors", loaded: 0, total: 100_000 });
    expect(told.at(-1)).toEqual({ file: "model.safetensors", loaded: 100_000, total: 100_000 });
  });

  test("goes on where connections break", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    hub.faults.cutAfter = 40_000;
    expect(await files(hub).read("model.safetensors")).toEqual(WEIGHTS);
    const ranges = hub.asked.filter(({ line }) => line.includes("/cdn/")).map(({ range }) => range);
    expect(ranges).toEqual([undefined, "bytes=40000-", "bytes=80000-"]);
  });

  test("begins again where a server knows no ranges", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    Object.assign(hub.faults, { cutAfter: 40_000, noRanges: true });
    const reading = files(hub).read("model.safetensors");
    setTimeout(() => delete hub.faults.cutAfter, 100);
    expect(await reading).toEqual(WEIGHTS);
  });

  test("goes on with what a process that was killed left, and with no other process's", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    const partial = join(folder, "partial");
    const key = keyOfWeights(hub);
    const living = await folderCache(folder).begin(key); // of this process, which lives
    await living.append(WEIGHTS.subarray(0, 90_000));
    expect(await folderCache(folder).read(key)).toBeUndefined();

    const [name = ""] = await readdir(partial);
    const { stdout: dead } = await promisify(execFile)(process.execPath, ["-p", "process.pid"]);
    const left = join(partial, name.replace(`.${process.pid}.`, `.${dead.trim()}.`));
    await writeFile(left, WEIGHTS.subarray(0, 70_000));
    expect(await files(hub).read("model.safetensors")).toEqual(WEIGHTS);
    expect(hub.asked.at(-1)?.range).toBe("bytes=70000-");
    await living.close();
    expect(await readdir(partial)).toEqual([name]);
  });

  test("throws away what is left of another file", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    const key = keyOfWeights(hub);
    const cache = memoryCache();
    const part = await cache.begin(key);
    await part.append(noise(50_000, 7));
    await part.close();
    expect(await files(hub, "me/noise", { cache }).read("model.safetensors")).toEqual(WEIGHTS);
  });

  test("is never taken for whole with a wrong byte, and right the next time", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    hub.faults.corrupt = true;
    await expect(files(hub).read("model.safetensors")).rejects.toThrow(
      /expected bytes whose sha256 is \w+, got others/,
    );
    expect((await listEntries(folder)).map(({ key }) => ownerOf(key)?.revision).sort()).toEqual([SECOND, "main"]);
    expect(await readdir(join(folder, "partial"))).toEqual([]);
    hub.faults.corrupt = false;
    expect(await files(hub).read("model.safetensors")).toEqual(WEIGHTS);
  });

  test("is fetched again where the cache has lost the end of a file", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    await files(hub).read("model.safetensors");
    const [file] = (await kept()).filter(({ name }) => name === sha256(WEIGHTS));
    await writeFile(join(file?.parentPath ?? "", file?.name ?? ""), WEIGHTS.subarray(0, 10));
    expect(await files(hub).read("model.safetensors")).toEqual(WEIGHTS);
  });

  test("is held against the checksums that come with files, where the list has none", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    hub.faults.noChecksums = true;
    expect(await files(hub).read("config.json")).toEqual(text("second"));
    hub.faults.corrupt = true;
    await expect(files(hub).read("model.safetensors")).rejects.toThrow("expected bytes whose sha256 is");
    hub.faults.corrupt = false;
    expect(await files(hub).read("model.safetensors")).toEqual(WEIGHTS);
    expect((await kept()).map(({ name }) => name)).toContain(sha256(WEIGHTS));
  });

  test("is asked again when it is overloaded", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    Object.assign(hub.faults, { status: 429, times: 2 });
    expect(await files(hub).read("config.json")).toEqual(text("second"));
  });

  test("gives its token to the hub, and not to where the hub sends it", async () => {
    const cdn = await started(startHub({ "me/noise": noisy() }));
    const hub = await started(startHub({ "me/noise": noisy() }, cdn));
    expect(await files(hub, "me/noise", { token: "secret" }).read("model.safetensors")).toEqual(WEIGHTS);
    expect(new Set(hub.asked.map(({ token }) => token))).toEqual(new Set(["Bearer secret"]));
    expect(cdn.asked.map(({ token }) => token)).toEqual([undefined]);
  });

  test("shares its cache between processes", { timeout: 60_000 }, async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    hub.faults.cutAfter = 30_000; // so that both are at it for a while
    const script = fileURLToPath(new URL("fetchFile.ts", import.meta.url));
    const env = { ...process.env, QKV_CACHE: folder, HF_ENDPOINT: hub.endpoint };
    const args = ["--import", "tsx", "--conditions=@qkv/source", script, "me/noise", "model.safetensors"];
    const cwd = fileURLToPath(new URL("../../..", import.meta.url));
    const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, args, { env, cwd }));
    expect((await Promise.all(runs)).map(({ stdout }) => stdout)).toEqual(["100000", "100000", "100000"]);
    expect((await kept()).filter(({ name }) => name.endsWith(".part"))).toEqual([]);
    const whole = (await kept()).find(({ name }) => name === sha256(WEIGHTS));
    expect(new Uint8Array(await readFile(join(whole?.parentPath ?? "", sha256(WEIGHTS))))).toEqual(WEIGHTS);
  });

  test("stops when told to, and goes on later", async () => {
    const hub = await started(startHub({ "me/noise": noisy() }));
    hub.faults.cutAfter = 40_000;
    const cache = memoryCache();
    const controller = new AbortController();
    const onProgress = ({ loaded }: { loaded: number }) => loaded >= 40_000 && controller.abort(new Error("enough"));
    const stopped = files(hub, "me/noise", { cache, onProgress }).read("model.safetensors", controller);
    await expect(stopped).rejects.toThrow("enough");
    hub.asked.length = 0;
    delete hub.faults.cutAfter;
    expect(await files(hub, "me/noise", { cache }).read("model.safetensors")).toEqual(WEIGHTS);
    expect(hub.asked.at(-1)?.range).toBe("bytes=40000-");
  });

  test.each<[string, string, Partial<Repository>, string | RegExp]>([
    ["is not there", "me/nothing", {}, /^me\/nothing: expected the id of a model on http.*HF_TOKEN/],
    ["is gated", "me/noise", { gated: true }, /^me\/noise: .*request access at http.*\/me\/noise and give/],
    ["has no such revision", "me/noise@v9", {}, /^me\/noise: expected a branch, tag or commit of it, got v9/],
  ])("that %s is an error that says what to do", async (_, ref, facts, message) => {
    const hub = await started(startHub({ "me/noise": { ...noisy(), ...facts } }));
    for (const options of [{}, { token: "of somebody else" }]) {
      const reading = files(hub, ref, options).read("config.json");
      await expect(reading).rejects.toThrow(message);
      await expect(reading).rejects.toBeInstanceOf(PretrainedError);
    }
  });

  test("that cannot be reached is an error that says so", async () => {
    const hub = await started(startHub({}));
    await hub.close();
    await expect(files(hub).read("config.json")).rejects.toThrow(
      `me/noise: ${hub.endpoint} could not be reached (ECONNREFUSED): is there a network?`,
    );
  });
});

describe("a model on a web server", () => {
  const web = async (content: Record<string, Uint8Array>, options = {}) => {
    const server = await started(startWeb(content, options));
    return { server, address: `${server.endpoint}/models/tiny` };
  };

  test("is fetched again only if it changed, and is there without a network", async () => {
    const content = { "config.json": text("one"), "model.safetensors": WEIGHTS };
    const { server, address } = await web(content);
    const cache = folderCache(folder);
    const reread = async (file: string) => remoteFiles(`${address}/`, { cache }).read(file);
    expect(await reread("config.json")).toEqual(text("one"));
    expect(await reread("config.json")).toEqual(text("one"));
    expect(await reread("tokenizer.json")).toBeUndefined();
    expect(lines(server).filter((line) => line.startsWith("GET"))).toHaveLength(1);
    content["config.json"] = text("two");
    expect(await reread("config.json")).toEqual(text("two"));
    server.faults.cutAfter = 60_000;
    expect(await reread("model.safetensors")).toEqual(WEIGHTS);
    await server.close();
    expect(await reread("config.json")).toEqual(text("two"));
    expect(await reread("model.safetensors")).toEqual(WEIGHTS);
    expect(await reread("tokenizer.json")).toBeUndefined();
    await expect(reread("vocab.txt")).rejects.toThrow("could not be reached");
  });

  test("has no file where the server answers whatever it has not with its page", async () => {
    const { address } = await web({ "config.json": text("one") }, { page: "<!doctype html><title>app</title>" });
    const from = modelFiles(address, { cache: folderCache(folder) });
    expect(await from.read("config.json")).toEqual(text("one"));
    expect(await from.read("special_tokens_map.json")).toBeUndefined();
    const elsewhere = await web({}, { page: "<!doctype html><title>app</title>" });
    await expect(loadPretrained(remoteFiles(elsewhere.address, { cache: memoryCache() }))).rejects.toThrow(
      "config.json: expected the file itself, got an HTML page",
    );
  });

  test("is fetched each time where nothing says whether it changed", async () => {
    const content = { "config.json": text("one") };
    const { address } = await web(content, { etags: false });
    const from = modelFiles(address, { cache: folderCache(folder) });
    expect(await from.read("config.json")).toEqual(text("one"));
    content["config.json"] = text("two");
    expect(await from.read("config.json")).toEqual(text("two"));
  });
});

test("loadPretrained says what a model can be named by", async () => {
  await expect(loadPretrained("en-fr")).rejects.toThrow(
    "expected the id of a model on a hub (owner/name) or an https address, got en-fr",
  );
});

test("an answer that begins elsewhere than asked is not put behind what is there", async () => {
  const whole = noise(10);
  const asked: (string | undefined)[] = [];
  const fetch: RemoteOptions["fetch"] = (_, init) => {
    const range = new Headers(init?.headers).get("Range") ?? undefined;
    if (init?.method !== "HEAD") asked.push(range);
    const part = (from: number) => ({ "Content-Range": `bytes ${from}-9/10` });
    if (range === "bytes=5-") return Promise.resolve(new Response(whole.slice(7), { status: 206, headers: part(7) }));
    if (range === "bytes=8-") return Promise.resolve(new Response(whole.slice(8), { status: 206, headers: part(8) }));
    const cut = new ReadableStream<Uint8Array>({
      start: (body) => body.enqueue(whole.slice(0, 5)),
      pull: (body) => body.error(new TypeError("cut off")),
    });
    const body = asked.length === 1 ? cut : whole;
    return Promise.resolve(new Response(body, { headers: { "Content-Length": "10" } }));
  };
  const remote = remoteFiles("https://models.test/m", { cache: memoryCache(), fetch });
  expect(await remote.read("model.safetensors")).toEqual(whole);
  expect(asked).toEqual([undefined, "bytes=5-", undefined]);
});
