// Servers that stall, never end, lie about lengths, or send a token elsewhere.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { memoryCache, PretrainedError, remoteFiles, type RemoteOptions } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { parseModelRef } from "../src/remote/modelRef.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const COMMIT = "c".repeat(40);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  vi.unstubAllEnvs();
});

async function serve(answer: Answer): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => (server.close(), server.closeAllConnections()));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A hub that lists files and leaves the rest to `file`. */
const hub = (siblings: object[], file: Answer) =>
  serve((request, response) => {
    if (request.url?.startsWith("/api/") === true) response.end(JSON.stringify({ sha: COMMIT, siblings }));
    else file(request, response);
  });

/** Sends chunks for ever, or so many. */
function pour(response: ServerResponse, chunk: Uint8Array | string, times = Infinity, everyMs = 0): void {
  if (times <= 0) return void response.end();
  response.write(chunk, (error) => {
    if (error || response.destroyed) return;
    setTimeout(() => pour(response, chunk, times - 1, everyMs), everyMs);
  });
}

const open = (endpoint: string, options: RemoteOptions = {}) =>
  remoteFiles("me/tiny", { endpoint, cache: memoryCache(), ...options });
const address = (endpoint: string, options: RemoteOptions = {}) =>
  remoteFiles(`${endpoint}/m`, { cache: memoryCache(), ...options });
const SHORT = { timeoutMs: 300 };

/** The error, and how long it took to come. */
async function failure(reading: Promise<unknown>): Promise<{ message: string; ms: number }> {
  const start = performance.now();
  const error = await reading.then(
    () => new Error("no error"),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(PretrainedError);
  return { message: (error as Error).message, ms: performance.now() - start };
}

const MEGABYTE = new Uint8Array(1e6);
const stall: Answer = () => undefined;
const headThenStall: Answer = (_, response) => void response.writeHead(200, { "Content-Length": 1000 }).flushHeaders();
const partThenStall: Answer = (_, response) => void response.writeHead(200, { "Content-Length": 1000 }).write("part");
const drip: Answer = (_, response) => pour(response, "x", Infinity, 20);
const loop: Answer = (request, response) => void response.writeHead(302, { Location: request.url }).end();
const trickleAndBreak: Answer = (request, response) => {
  const from = Number(/\d+/.exec(request.headers.range ?? "")?.[0] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    "Content-Range": `bytes ${from}-999/1000`,
    "Content-Length": 1000 - from,
  });
  response.write("x", () => setTimeout(() => response.destroy(), 5));
};
let sent = 400; // more than the deadline asks for, each time
const repeatAndCreep: Answer = (request, response) => {
  if (request.method === "HEAD") return void response.end();
  response.writeHead(200, { "Content-Length": 1000 });
  response.write("x".repeat(Math.min(999, sent++)), () => setTimeout(() => response.destroy(), 5));
};

describe("a server that stalls", () => {
  test.each<[string, Answer]>([
    ["does not answer", stall],
    ["sends no byte behind the head", headThenStall],
    ["stops in the middle", partThenStall],
    ["drips", drip],
    ["sends a byte and breaks, again and again", trickleAndBreak],
    ["sends the same again and a byte more, and breaks", repeatAndCreep],
  ])("%s: an error after the deadline", async (_, answer) => {
    const listed = await hub([{ rfilename: "config.json", size: 1000, blobId: "a".repeat(40) }], answer);
    const unlisted = await hub([{ rfilename: "config.json" }], answer);
    for (const files of [open(listed, SHORT), open(unlisted, SHORT), address(await serve(answer), SHORT)]) {
      const { message, ms } = await failure(files.read("config.json"));
      expect(message).toMatch(
        /expected bytes within 0.3 s, got (none|\d+): try again later, or wait longer \(timeoutMs/,
      );
      expect(ms).toBeLessThan(3000);
    }
  });

  test.each<[string, Answer]>([
    ["the list does not come", stall],
    ["the list stops", partThenStall],
    ["the list drips", drip],
  ])("%s: an error after the deadline", async (_, answer) => {
    const { message, ms } = await failure(open(await serve(answer), SHORT).read("config.json"));
    expect(message).toContain("expected bytes within 0.3 s");
    expect(ms).toBeLessThan(3000);
  });

  test("does not keep a model from opening that was fetched before", async () => {
    let answer: Answer = (_, response) => void response.end("bytes");
    const cache = memoryCache();
    const files = (options = {}) => open(endpoint, { cache, ...options });
    const endpoint = await serve((request, response) => {
      if (answer === stall) stall(request, response);
      else if (request.url?.startsWith("/api/")) {
        response.end(JSON.stringify({ sha: COMMIT, siblings: [{ rfilename: "config.json", size: 5 }] }));
      } else answer(request, response);
    });
    await files().read("config.json");
    answer = stall;
    expect(new TextDecoder().decode(await files(SHORT).read("config.json"))).toBe("bytes");
  });

  test("may be slow, as long as bytes come", async () => {
    const slow = await serve((request, response) => {
      if (request.method === "HEAD") response.end();
      else pour(response, "x".repeat(8000), 8, 400);
    });
    expect(await address(slow, { timeoutMs: 2000 }).read("config.json")).toHaveLength(64_000);
  });

  test("stops at once when told to", async () => {
    const files = address(await serve(stall), { timeoutMs: 60_000 });
    const reading = files.read("config.json", { signal: AbortSignal.timeout(50) });
    await expect(reading).rejects.toMatchObject({ name: "TimeoutError" });
  });
});

describe("a server that never ends", () => {
  const limits = { config: 2e6, tokenizer: 3e6, unsized: 4e6, answer: 2e6, files: 10 };
  const endless: Answer = (request, response) =>
    request.method === "HEAD" ? response.end() : pour(response, MEGABYTE);

  test.each([
    ["config.json", "config", 2e6],
    ["generation_config.json", "config", 2e6],
    ["model.safetensors.index.json", "config", 2e6],
    ["tokenizer.json", "tokenizer", 3e6],
    ["source.spm", "tokenizer", 3e6],
    ["vocab.txt", "tokenizer", 3e6],
    ["model.safetensors", "unsized", 4e6],
  ])("sends %s: an error that names the limit", async (file, name, most) => {
    for (const files of [
      open(await hub([{ rfilename: file }], endless), { limits }),
      address(await serve(endless), { limits }),
    ]) {
      const { message } = await failure(files.read(file));
      const raises = `limits.${name}, in the program QKV_MAX_${name.toUpperCase()}, raises it`;
      expect(message.replace(/\d+ or more/, "more")).toContain(`expected at most ${most} bytes, got more; ${raises}`);
    }
  });

  test("sends a list: an error that names the limit", async () => {
    const { message } = await failure(open(await serve(endless), { limits }).read("config.json"));
    expect(message).toMatch(/expected at most 2000000 bytes, got \d+ or more; limits.answer/);
  });

  test("lists files without end: an error that names the limit", async () => {
    const files = Array.from({ length: 11 }, (_, i) => ({ rfilename: `${i}.txt` }));
    const { message } = await failure(open(await hub(files, stall), { limits }).read("config.json"));
    expect(message).toContain("expected at most 10 files, got 11 or more; limits.files, in the program QKV_MAX_FILES");
  });

  test("sends little that unpacks to much: the limit counts what it unpacks to", async () => {
    const bomb = gzipSync(new Uint8Array(50e6));
    const packed: Answer = (_, response) => void response.writeHead(200, { "Content-Encoding": "gzip" }).end(bomb);
    for (const files of [
      open(await serve(packed), { limits }),
      open(await hub([{ rfilename: "config.json" }], packed), { limits }),
      address(await serve(packed), { limits }),
    ]) {
      expect((await failure(files.read("config.json"))).message).toMatch(
        /expected at most 2000000 bytes, got \d+ or more/,
      );
    }
  });

  test("announces more than the limit: an error before the first byte", async () => {
    const huge: Answer = (_, response) => void response.writeHead(200, { "Content-Length": 5e6 }).flushHeaders();
    const { message } = await failure(address(await serve(huge), { limits }).read("config.json"));
    expect(message).toContain("expected at most 2000000 bytes, got 5000000 or more");
  });

  test("redirects in a circle: an error", async () => {
    for (const files of [open(await serve(loop)), address(await serve(loop))]) {
      expect((await failure(files.read("config.json"))).message).toContain("got more than 10 redirects");
    }
  });
});

describe("a server that lies about lengths", () => {
  const listed = [{ rfilename: "config.json", size: 1000, blobId: "a".repeat(40) }];
  const sends =
    (bytes: number, chunked: boolean): Answer =>
    (_, response) => {
      if (chunked) response.write("x".repeat(bytes), () => response.end());
      else response.end("x".repeat(bytes));
    };
  test.each([
    ["more than it lists, without a length", 2000, true, "expected 1000 bytes, got more"],
    ["more than it lists", 2000, false, "expected 1000 bytes, got a file of 2000"],
    ["less than it lists", 500, false, "expected 1000 bytes, got a file of 500"],
    ["less than it lists, without a length", 500, true, /expected bytes within|got 500 and no more|got a file of/],
  ])("sends %s", async (_, bytes, chunked, said) => {
    const { message } = await failure(
      open(await hub(listed, sends(bytes, chunked)), { timeoutMs: 3000 }).read("config.json"),
    );
    if (typeof said === "string") expect(message).toContain(said);
    else expect(message).toMatch(said);
  });

  test("is not waited for again and again when what it repeats differs in length", async () => {
    let times = 0;
    const restless: Answer = (_, response) => {
      response.writeHead(200, { "Content-Length": 1000 });
      response.write("x".repeat(400 + (times++ % 2)), () => setTimeout(() => response.destroy(), 1));
    };
    const { ms } = await failure(open(await hub(listed, restless), { timeoutMs: 2000 }).read("config.json"));
    expect(ms).toBeLessThan(20_000);
  });
});

describe("a token", () => {
  const tokens: (string | undefined)[] = [];
  const record: Answer = (request, response) => {
    tokens.push(request.headers.authorization);
    response.end(request.url?.startsWith("/api/") ? JSON.stringify({ sha: COMMIT, siblings: [] }) : "bytes");
  };

  test("does not follow a redirect to another origin, nor come back from there", async () => {
    tokens.length = 0;
    const back = await serve(record);
    const other = await serve((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(302, { Location: `${home}/back` }).end();
    });
    const home = await hub([{ rfilename: "a.txt" }, { rfilename: "b.txt" }], (request, response) => {
      if (request.url === "/back") record(request, response);
      else response.writeHead(307, { Location: request.url?.endsWith("a.txt") ? `${back}/x` : `${other}/x` }).end();
    });
    const files = open(home, { token: "secret" });
    await files.read("a.txt");
    await files.read("b.txt");
    expect(tokens.filter((token) => token !== undefined)).toEqual([]);
    expect(tokens.length).toBeGreaterThan(2);
  });

  test("stays along a redirect on its own origin", async () => {
    tokens.length = 0;
    const home = await hub([{ rfilename: "a.txt", size: 5, blobId: "a" }], (request, response) => {
      if (request.url === "/moved") record(request, response);
      else response.writeHead(301, { Location: "/moved" }).end();
    });
    await open(home, { token: "secret" }).read("a.txt");
    expect(tokens).toContain("Bearer secret");
  });

  test("of one hub is not sent to another, whose address is asked for", async () => {
    const asked: [string, string | null][] = [];
    const fetch = ((url: string, init?: RequestInit) => {
      asked.push([new URL(url).origin, new Headers(init?.headers).get("Authorization")]);
      return Promise.resolve(Response.json({ sha: COMMIT, siblings: [] }));
    }) as typeof globalThis.fetch;
    const cache = memoryCache();
    await remoteFiles("https://huggingface.co/me/tiny", {
      endpoint: "https://hub.test",
      token: "secret",
      fetch,
      cache,
    }).read("x");
    await remoteFiles("https://hf.co/me/tiny", { endpoint: "https://hub.test", token: "secret", fetch, cache }).read(
      "x",
    );
    await remoteFiles("me/tiny", { endpoint: "https://hub.test/", token: "secret", fetch, cache }).read("x");
    vi.stubEnv("HF_ENDPOINT", "https://hub.test");
    vi.stubEnv("HF_TOKEN", "secret");
    await modelFiles("https://huggingface.co/me/tiny", { fetch, cache: memoryCache() }).read("x");
    await modelFiles("me/tiny", { fetch, cache: memoryCache() }).read("x");
    await modelFiles("me/tiny", { endpoint: "https://other.test", fetch, cache: memoryCache() }).read("x");
    expect(asked).toEqual([
      ["https://huggingface.co", null],
      ["https://huggingface.co", null],
      ["https://hub.test", "Bearer secret"],
      ["https://huggingface.co", null],
      ["https://hub.test", "Bearer secret"],
      ["https://other.test", null],
    ]);
  });

  test("that no header can carry is not told to anybody", async () => {
    const { message } = await failure(open(await serve(record), { token: "se\ncret" }).read("x"));
    expect(message).toBe("token (HF_TOKEN): expected letters, digits and marks of ASCII, got others");
  });
});

describe("an address", () => {
  const hosts = [
    "127.0.0.1.evil.test",
    "localhost.evil.test",
    "evil.localhost",
    "127.1.evil.test",
    "127.0.0.2",
    "localhost.",
  ];
  test.each(hosts)("of http://%s is not this machine", (host) => {
    expect(() => parseModelRef(`http://${host}/m`)).toThrow("expected an https address");
    expect(() => remoteFiles("me/tiny", { endpoint: `http://${host}` })).toThrow("expected the https address of a hub");
  });
  test.each(["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1"])("of %s is", (origin) => {
    expect(parseModelRef(`${origin}/m`)).toEqual({ kind: "url", url: `${origin}/m` });
  });
  test.each([
    "http://hub.test",
    "ftp://hub.test",
    "hub.test",
    "https://me:secret@hub.test",
    "https://hub.test/?key=secret",
    "",
  ])("of a hub that is none is refused without its secrets: %s", (endpoint) => {
    const call = () => remoteFiles("me/tiny", { endpoint });
    expect(call).toThrow("endpoint (HF_ENDPOINT): expected the https address of a hub");
    expect(call).not.toThrow("secret");
  });
  test.each([
    "https://huggingface.co/me/%zz",
    "https://huggingface.co/me/tiny/tree/%zz",
    "https://huggingface.co/me/tiny/tree/..%2f..",
  ])("of the hub that names no revision is no page of a model: %s", (ref) => {
    expect(parseModelRef(ref)).toMatchObject({ kind: "url" });
  });
});

describe("a redirect", () => {
  const to = (location: string): typeof globalThis.fetch =>
    ((url: string) =>
      Promise.resolve(
        url.includes("hub.test/")
          ? new Response(null, { status: 302, headers: { Location: location } })
          : new Response("x"),
      )) as typeof globalThis.fetch;
  test.each([
    "http://hub.test/x",
    "http://127.0.0.1:9/x",
    "file:///etc/passwd",
    "data:,x",
    "//[bad",
    "https://me:pw@cdn.test/x",
  ])("from https to %s is refused", async (location) => {
    const files = remoteFiles("https://hub.test/m", { fetch: to(location), cache: memoryCache() });
    await expect(files.read("config.json")).rejects.toThrow(
      `expected a redirect to an https address, got one to ${location}`,
    );
  });
  test("from https to https is followed", async () => {
    const files = remoteFiles("https://hub.test/m", { fetch: to("https://cdn.test/x"), cache: memoryCache() });
    expect(await files.read("config.json")).toHaveLength(1);
  });
});
