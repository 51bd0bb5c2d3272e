// A browser's storage with a model in it: how much memory holds at once, two pages, damage, no room.
import { createHash } from "node:crypto";
import { browserCache, type FileCache, memoryCache, remoteFiles, type RemoteOptions } from "@qkv/pretrained";
import { type HubServer, startHub, startWeb } from "@qkv/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const MB = 2 ** 20;
const COMMIT = "1".repeat(40);
const WEIGHTS = Uint8Array.from({ length: 9 * MB + 5 }, (_, i) => (i * i * 31 + i) % 251);
const FILE = "model.safetensors";
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

/** Storage on a disk, which says how much of it was in memory at once, and may be full. */
class Storage {
  readonly entries = new Map<string, Uint8Array<ArrayBuffer>>();
  mostWritten = 0;
  mostRead = 0;
  room = Infinity;

  readonly cache = {
    match: (url: string) => {
      const bytes = this.entries.get(url);
      return Promise.resolve(bytes && { blob: () => Promise.resolve(this.#blob(bytes)), text: () => textOf(bytes) });
    },
    put: async (url: string, response: Response) => {
      const bytes = new Uint8Array(await response.arrayBuffer());
      if ((this.room -= bytes.length) < 0) throw new DOMException("Quota exceeded.", "QuotaExceededError");
      this.mostWritten = Math.max(this.mostWritten, bytes.length);
      this.entries.set(url, bytes);
    },
    delete: (url: string) => Promise.resolve(this.entries.delete(url)),
  };

  /** As a browser gives it: nothing of it is in memory before it is asked for. */
  #blob(bytes: Uint8Array<ArrayBuffer>): Pick<Blob, "size" | "slice" | "arrayBuffer"> {
    return {
      size: bytes.length,
      slice: (start, end) => this.#blob(bytes.subarray(start, end)) as Blob,
      arrayBuffer: () => {
        this.mostRead = Math.max(this.mostRead, bytes.length);
        return Promise.resolve(bytes.slice().buffer);
      },
    };
  }

  /** The segments of the weights, by their offset. */
  get segments(): Map<number, string> {
    const offsets = [...this.entries.keys()].filter((url) => url.includes(sha256(WEIGHTS)) && url.includes("&offset="));
    return new Map(offsets.map((url) => [Number(url.split("&offset=")[1]), url]));
  }
}
const textOf = (bytes: Uint8Array) => Promise.resolve(new TextDecoder().decode(bytes));

let storage: Storage;
let hub: HubServer;
const told: string[] = [];
beforeEach(async () => {
  storage = new Storage();
  told.length = 0;
  vi.stubGlobal("caches", { open: () => Promise.resolve(storage.cache) });
  hub = await startHub({ "me/tiny": { commits: { [COMMIT]: { [FILE]: WEIGHTS } }, revisions: { main: COMMIT } } });
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await hub.close();
});

const files = (options: RemoteOptions = {}) => {
  const cache = browserCache(undefined, (reason) => told.push(reason));
  return remoteFiles("me/tiny", { endpoint: hub.endpoint, cache, ...options });
};
/** All of the weights, read in parts. */
const readParts = async (from = files(), part = 3 * MB) => {
  const file = await from.open?.(FILE);
  const hash = createHash("sha256");
  for (let at = 0; at < (file?.size ?? 0); at += part) {
    hash.update((await file?.read(at, Math.min(at + part, file.size))) ?? "");
  }
  await file?.close();
  return hash.digest("hex");
};
const downloads = () => hub.asked.filter(({ line }) => line.startsWith("GET /cdn/"));

describe("weights in a browser's storage", () => {
  test("are fetched, checked, kept and read in parts of 4 MB at most", async () => {
    for (let time = 0; time < 2; time++) {
      expect(await readParts()).toBe(sha256(WEIGHTS));
      expect([storage.mostWritten, storage.mostRead]).toEqual([4 * MB, 4 * MB]);
    }
    expect([...storage.segments.keys()]).toEqual([0, 4 * MB, 8 * MB]);
    expect(downloads()).toHaveLength(1);
    const file = await files().open?.(FILE);
    storage.mostRead = 0;
    expect(await file?.read(4 * MB - 2, 4 * MB + 3)).toEqual(WEIGHTS.slice(4 * MB - 2, 4 * MB + 3));
    expect(storage.mostRead).toBeLessThan(5);
    expect(sha256((await files().read(FILE)) ?? new Uint8Array())).toBe(sha256(WEIGHTS));
  });

  test("go on behind what an earlier page left", async () => {
    hub.faults.cutAfter = 5 * MB;
    const stop = new AbortController();
    const onProgress = ({ loaded }: { loaded: number }) => loaded >= 5 * MB && stop.abort(new Error("closed"));
    await expect(files({ onProgress }).open?.(FILE, stop)).rejects.toThrow("closed");
    delete hub.faults.cutAfter;
    expect([...storage.segments.keys()]).toEqual([0, 4 * MB]);
    expect(await readParts()).toBe(sha256(WEIGHTS));
    expect(downloads().at(-1)?.range).toBe(`bytes=${5 * MB}-`);
  });

  test("with a wrong byte are never opened, and nothing of them stays", async () => {
    hub.faults.corrupt = true;
    await expect(readParts()).rejects.toThrow(/expected bytes whose sha256 is \w+, got others/);
    expect(storage.segments.size).toBe(0);
    hub.faults.corrupt = false;
    expect(await readParts()).toBe(sha256(WEIGHTS));
  });

  test("are read as they were checked, whatever another page writes", async () => {
    const file = await files().open?.(FILE);
    for (const [, url] of storage.segments) storage.entries.set(url, new Uint8Array(4 * MB));
    expect(await file?.read(5, 9)).toEqual(WEIGHTS.slice(5, 9));
  });

  test.each<[string, (url: string) => unknown]>([
    ["is lost", (url) => storage.entries.delete(url)],
    ["has another byte", (url) => storage.entries.set(url, flip(storage.entries.get(url)))],
    ["is shorter", (url) => storage.entries.set(url, new Uint8Array(5))],
  ])("are fetched again from the segment on that %s", async (_, damage) => {
    await readParts();
    damage(storage.segments.get(4 * MB) ?? "");
    expect(await readParts()).toBe(sha256(WEIGHTS));
    expect(downloads().at(-1)?.range).toBe(`bytes=${4 * MB}-`);
    await hub.close();
    expect(await readParts()).toBe(sha256(WEIGHTS));
  });

  test("of a web server, which tells no checksum, are mended too", async () => {
    const web = await startWeb({ [FILE]: WEIGHTS });
    const remote = () => remoteFiles(`${web.endpoint}/models/tiny`, { cache: browserCache() });
    expect(await readParts(remote())).toBe(sha256(WEIGHTS));
    const [url = ""] = [...storage.entries.keys()].filter((url) => url.endsWith(`&offset=${4 * MB}`));
    storage.entries.set(url, flip(storage.entries.get(url)));
    expect(await readParts(remote())).toBe(sha256(WEIGHTS));
    await web.close();
  });

  test("of two pages at once are whole for both, and kept", async () => {
    hub.faults.cutAfter = 3 * MB + 1;
    expect(await Promise.all([readParts(), readParts()])).toEqual([sha256(WEIGHTS), sha256(WEIGHTS)]);
    await hub.close();
    expect(await readParts()).toBe(sha256(WEIGHTS));
  });

  test.each([0, 5 * MB])("are held in memory behind the room of %i bytes, with a note", async (room) => {
    storage.room = room;
    expect(await readParts()).toBe(sha256(WEIGHTS));
    expect(new Set(told)).toEqual(new Set(["Quota exceeded."]));
    storage.room = Infinity;
    expect(await readParts()).toBe(sha256(WEIGHTS));
  });

  test("are held in memory where storage is forbidden", async () => {
    vi.stubGlobal("caches", { open: () => Promise.reject(new DOMException("access is denied", "SecurityError")) });
    expect(await readParts()).toBe(sha256(WEIGHTS));
    expect(told).toContain("access is denied");
  });
});

test.each<[string, () => FileCache]>([
  ["memory", memoryCache],
  ["a browser's storage", browserCache],
])("%s keeps a git file whose checksum is right, in memory without Web Crypto", async (_, cacheOf) => {
  const small = { "config.json": new TextEncoder().encode("{}") };
  const git = await startHub({ "me/git": { commits: { [COMMIT]: small }, revisions: { main: COMMIT } } });
  if (cacheOf === memoryCache) vi.stubGlobal("crypto", undefined);
  const cache = cacheOf();
  const read = () => remoteFiles("me/git", { endpoint: git.endpoint, cache }).read("config.json");
  expect(await read()).toEqual(small["config.json"]);
  await git.close();
  expect(await read()).toEqual(small["config.json"]);
});

function flip(bytes = new Uint8Array()): Uint8Array<ArrayBuffer> {
  return bytes.map((byte, i) => (i === 7 ? byte ^ 1 : byte));
}
