// Random answers of a hub and of a web server: whatever they are, a file or an error comes in time, memory stays, and no
// file appears but in the cache, under a digest. There are a hundred, or as many as QKV_FUZZ_MINUTES has room for, and
// QKV_FUZZ_SEED says where they begin; what came is printed after a long run.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { PretrainedError, remoteFiles } from "@qkv/pretrained";
import { folderCache } from "@qkv/pretrained/node";
import { expect, test } from "vitest";

const MINUTES = process.env["QKV_FUZZ_MINUTES"];
const RUNS = 100;
const FIRST = Number(process.env["QKV_FUZZ_SEED"] ?? 1);
const MOST_MS = 5000; // the deadline without bytes is 150
const COMMIT = "c".repeat(40);
const BOMB = gzipSync(new Uint8Array(20e6));
const OPTIONS = {
  timeoutMs: 150,
  limits: { answer: 1e5, files: 50, config: 1e5, tokenizer: 1e5, weights: 1e6, unsized: 1e5 },
};

/** Random numbers from a seed, by mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

class Hostile {
  readonly #random: () => number;
  constructor(seed: number) {
    this.#random = randomOf(seed);
  }
  pick<T>(...choices: T[]): T {
    return choices[Math.floor(this.#random() * choices.length)] as T;
  }
  name(): string {
    const up = "../".repeat(this.pick(0, 1, 3, 40));
    const odd = this.pick("owned", "/owned", "C:\\owned", "a\0b", "x".repeat(5000), "\u202e", "", ".", "%2e%2e%2f");
    return this.pick("config.json", "tokenizer.json", "model.safetensors", `${up}${odd}`, `a/${up}${odd}`, odd);
  }
  number(): unknown {
    return this.pick<unknown>(0, 1, 5, 5, 100, -1, 1.5, 2 ** 31, 2 ** 53, 1e300, null, "5", {}, undefined);
  }
  listing(): string {
    const hex = () => this.pick<unknown>("a".repeat(40), "b".repeat(64), this.name(), null, 5, {});
    const siblings = Array.from({ length: this.pick(0, 1, 5, 60) }, () =>
      this.pick<unknown>(
        { rfilename: this.name(), size: this.number(), blobId: hex() },
        { rfilename: "config.json", lfs: { sha256: hex(), size: this.number() } },
        { rfilename: "config.json" },
        this.pick<unknown>(null, 5, [], "x", { rfilename: 5 }),
      ),
    );
    const answer = { sha: this.pick<unknown>(COMMIT, COMMIT, COMMIT, this.name(), null), siblings };
    return this.pick(JSON.stringify(answer), JSON.stringify(answer), "[".repeat(50_000), "null", "", "<html>");
  }
  headers(): Record<string, string> {
    const latin = (text: string) => text.replace(/[^\x20-\x7e\u00a0-\u00ff]/g, "?");
    const one = (): [string, string] =>
      this.pick(
        ["ETag", latin(this.name())],
        ["X-Linked-ETag", latin(this.name())],
        ["Content-Length", this.pick("0", "5", "6", "999", "99999999999")],
        ["Content-Encoding", this.pick("gzip", "identity", "br", "x")],
        ["Content-Range", this.pick("bytes 0-4/5", "bytes 3-4/5", "bytes */5", "bytes 0-4/99999999999999999999", "x")],
        ["Location", this.pick("/again", "http://evil.invalid/", "file:///etc/passwd", "//[", "https://[::1]:1/", "")],
        ["Last-Modified", latin(this.name())],
      );
    return Object.fromEntries(Array.from({ length: this.pick(0, 1, 2, 3) }, one));
  }
  answer(request: IncomingMessage, response: ServerResponse): void {
    const isApi = request.url?.startsWith("/api/") === true;
    const status = this.pick(200, 200, 200, 200, 206, 302, 307, 404, 416, 429, 500, 304, 204);
    const body = isApi
      ? this.listing()
      : this.pick<string | Uint8Array>("bytes", "", "x".repeat(2e5), BOMB, this.listing());
    const end = this.pick("end", "end", "end", "end", "stall", "cut", "pour", "garbage", "silent");
    if (end === "silent") return;
    if (end === "garbage")
      return void request.socket.end(this.pick("HTTP/1.1 200\r\n\r\n", "\0\0", "HTTP/9 x\r\nA\r\n\r\n"));
    response.on("error", () => undefined);
    response.writeHead(status, this.headers());
    if (end === "end") return void response.end(body);
    response.write(body.length > 0 ? body : "x", () => {
      if (end === "cut") response.destroy();
      if (end === "pour") pour(response);
    });
  }
}

function pour(response: ServerResponse): void {
  if (response.destroyed || response.writableEnded) return;
  response.write(new Uint8Array(1e5), () => setTimeout(() => pour(response), 0));
}

const DIGESTS =
  /^cache(?:\/(?:entries|entries\/[0-9a-f]{64}\.json|blobs|blobs\/[0-9a-f]{64}|partial|partial\/[0-9a-f.]+(?:part|tmp)))?$/;

const TICK = 50;

/** The milliseconds that `work` takes, but not those for which a busy machine lets the process wait. */
async function timed(work: () => Promise<void>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => ticks++, TICK);
  const start = process.cpuUsage();
  await work();
  clearInterval(timer);
  const { user, system } = process.cpuUsage(start);
  return Math.max(ticks * TICK, (user + system) / 1000);
}

test("hostile servers", { timeout: 60_000 * (Number(MINUTES ?? 0) + 5) }, async () => {
  const root = await mkdtemp(join(tmpdir(), "qkv-hostile-"));
  const outcomes = { inputs: 0, files: 0, errors: 0 };
  const end = performance.now() + 60_000 * Number(MINUTES ?? 0);
  const isOver = () => (MINUTES === undefined ? outcomes.inputs === RUNS : performance.now() > end);
  const before = process.memoryUsage().rss;
  let slowest = 0;
  for (let seed = FIRST; !isOver(); seed++) {
    outcomes.inputs++;
    const hostile = new Hostile(seed);
    const server = createServer((request, response) => {
      try {
        hostile.answer(request, response);
      } catch {
        request.socket.destroy(); // headers that Node does not send
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ref = hostile.pick("me/tiny", `${endpoint}/m`);
    const files = remoteFiles(ref, { endpoint, token: "secret", cache: folderCache(join(root, "cache")), ...OPTIONS });
    const ms = await timed(async () => {
      for (const file of ["config.json", "model.safetensors"]) {
        try {
          await files.read(file);
          outcomes.files++;
        } catch (error) {
          expect(error, `seed ${seed}: ${String((error as Error).stack)}`).toBeInstanceOf(PretrainedError);
          expect((error as Error).message, `seed ${seed}`).not.toMatch(/secret|undefined|NaN|\[object/);
          outcomes.errors++;
        }
      }
    });
    slowest = Math.max(slowest, ms);
    expect(ms, `seed ${seed}: milliseconds`).toBeLessThan(MOST_MS);
    server.close();
    server.closeAllConnections();
  }
  const names = (await readdir(root, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  expect(names.filter((name) => !DIGESTS.test(name))).toEqual([]);
  expect(process.memoryUsage().rss - before, "bytes that it grew by").toBeLessThan(400e6);
  expect(outcomes.files, "answers that are files").toBeGreaterThan(0);
  expect(outcomes.errors).toBeGreaterThan(outcomes.inputs / 2);
  if (MINUTES !== undefined) process.stdout.write(`${JSON.stringify({ ...outcomes, slowest })}\n`);
  await rm(root, { recursive: true });
});
