// Proxies of the environment: asked, passed by for NO_PROXY, and named when they refuse.
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryCache } from "@qkv/pretrained";
import { modelFiles } from "@qkv/pretrained/node";
import { type HubServer, startHub } from "@qkv/testing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const COMMIT = "1".repeat(40);
let hub: HubServer;
let folder: string;
const closing: (() => void)[] = [];
beforeEach(async () => {
  const files = { "config.json": new TextEncoder().encode("{}"), "model.safetensors": new Uint8Array(5000) };
  hub = await startHub({ "me/tiny": { commits: { [COMMIT]: files }, revisions: { main: COMMIT } } });
  folder = await mkdtemp(join(tmpdir(), "qkv-proxy-"));
  for (const name of ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]) {
    vi.stubEnv(name, "");
    vi.stubEnv(name.toUpperCase(), "");
  }
  vi.stubEnv("QKV_CACHE", folder);
  vi.stubEnv("HF_ENDPOINT", hub.endpoint);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const close of closing.splice(0)) close();
  await hub.close();
  await rm(folder, { recursive: true });
});

/** A proxy that forwards plain http, tells whom it was asked for, and answers tunnels with a status. */
async function startProxy({ forward = 200, connect = 502 } = {}) {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const answer = (from: IncomingMessage, to: ServerResponse) => {
    asked.push(`${from.method} ${from.url}`);
    authorizations.push(from.headers["proxy-authorization"]);
    if (forward !== 200) return void to.writeHead(forward, { "Proxy-Authenticate": "Basic" }).end();
    const onward = request(from.url ?? "", { method: from.method, headers: from.headers }, (response) => {
      to.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(to);
    });
    from.pipe(onward);
  };
  const server = createServer(answer).on("connect", (from: IncomingMessage, socket) => {
    asked.push(`CONNECT ${from.url}`);
    socket.end(`HTTP/1.1 ${connect} No\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => (server.close(), server.closeAllConnections()));
  return { asked, authorizations, port: (server.address() as AddressInfo).port };
}
const read = (file = "config.json", ref = "me/tiny") => modelFiles(ref, { timeoutMs: 5000 }).read(file);
const failure = (reading: Promise<unknown>) =>
  reading.then(
    () => "no error",
    (error: Error) => error.message,
  );

describe("a proxy", () => {
  test.each(["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])("of %s is asked", async (name) => {
    const { asked, port } = await startProxy();
    vi.stubEnv(name, `http://127.0.0.1:${port}`);
    expect(await read("model.safetensors")).toHaveLength(5000);
    expect(asked[0]).toBe(`GET ${hub.endpoint}/api/models/me/tiny/revision/main?blobs=true`);
    expect(asked).toHaveLength(hub.asked.length);
  });

  test("may be named without http://", async () => {
    const { asked, port } = await startProxy();
    vi.stubEnv("HTTP_PROXY", `127.0.0.1:${port}`);
    await read();
    expect(asked).toHaveLength(2);
  });

  test("gets its user and password", async () => {
    const { authorizations, port } = await startProxy();
    vi.stubEnv("HTTP_PROXY", `http://me:s%40cret@127.0.0.1:${port}`);
    await read();
    expect(authorizations[0]).toBe(`Basic ${btoa("me:s@cret")}`);
  });

  test.each(["127.0.0.1", "*", "example.org, 127.0.0.1"])("is passed by for NO_PROXY=%s", async (hosts) => {
    const { asked, port } = await startProxy();
    vi.stubEnv("HTTP_PROXY", `http://127.0.0.1:${port}`);
    vi.stubEnv("NO_PROXY", hosts);
    expect(await read()).toHaveLength(2);
    expect(asked).toEqual([]);
  });

  test("elsewhere is not asked for what is on this machine", async () => {
    vi.stubEnv("HTTP_PROXY", "http://proxy.invalid:3128");
    expect(await read()).toHaveLength(2);
  });

  test("is left out where a fetch is given", async () => {
    vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:1");
    const files = modelFiles("me/tiny", { fetch: globalThis.fetch, cache: memoryCache() });
    expect(await files.read("config.json")).toHaveLength(2);
  });
});

describe("a proxy that fails is named", () => {
  const proxy = (port: number) => `http://me:secret@127.0.0.1:${port}`;
  test.each([
    ["wants a password", { forward: 407 }, "answers 407: expected a user and a password for it"],
    ["is overloaded", { forward: 502 }, "could not be reached (it answers 502"],
  ])("%s, for http", async (_, facts, said) => {
    const { port } = await startProxy(facts);
    vi.stubEnv("HTTP_PROXY", proxy(port));
    const message = await failure(read());
    expect(message).toContain(said);
    expect(message).not.toContain("secret");
  });

  test.each([
    [407, "answers 407: expected a user and a password for it, as in http://USER:PASSWORD@HOST:PORT"],
    [502, "answers 502: it does not let this host be reached"],
    [403, "answers 403: it does not let this host be reached"],
  ])("answers a tunnel with %d", async (connect, said) => {
    const { asked, port } = await startProxy({ connect });
    vi.stubEnv("HTTPS_PROXY", proxy(port));
    for (const ref of ["https://hub.test/m", "https://huggingface.co/me/tiny"]) {
      const message = await failure(read("config.json", ref));
      expect(message).toContain(`the proxy http://127.0.0.1:${port} (HTTPS_PROXY) ${said}`);
      expect(message).not.toContain("secret");
    }
    expect(asked).toEqual(["CONNECT hub.test:443", "CONNECT huggingface.co:443"]);
  });

  test("is not there", async () => {
    vi.stubEnv("HTTPS_PROXY", "http://me:secret@127.0.0.1:1");
    const message = await failure(read("config.json", "https://hub.test/m"));
    expect(message).toMatch(/hub\.test could not be reached \(ECONNREFUSED; HTTPS_PROXY is http:\/\/127\.0\.0\.1:1\)/);
  });

  test.each(["http://", "ftp://127.0.0.1", "http://me:secret@bad host"])("is no address: %s", async (address) => {
    vi.stubEnv("HTTPS_PROXY", address);
    const message = await failure(read("config.json", "https://hub.test/m"));
    expect(message).toMatch(/^HTTPS_PROXY: expected an address like http:\/\/proxy:3128, got /);
    expect(message).not.toContain("secret");
  });
});
