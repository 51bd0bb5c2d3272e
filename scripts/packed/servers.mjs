import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Serves the files of a folder, each with the headers. */
export async function serveFolder(folder, headers = {}) {
  const server = createServer((request, response) => {
    const file = join(folder, new URL(request.url, "http://localhost").pathname);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return void response.writeHead(404).end();
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    createReadStream(file).pipe(response.writeHead(200, { ...headers, "Content-Type": type }));
  });
  const port = await listen(server);
  return { origin: `http://127.0.0.1:${port}`, close: () => server.close() };
}

/** A port that nobody listens at. */
export async function freePort() {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}

/** Starts a program that serves, and waits until it answers. */
export async function startServer(program, args, cwd, origin) {
  const printed = [];
  const child = spawn(program, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => printed.push(String(data)));
  const ended = new Promise((resolve) => child.once("close", resolve).once("error", resolve));
  const stop = async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid); // and what it started
    await ended;
  };
  const server = { origin, stop, printed: () => printed.join("").slice(-2000) };
  for (let waited = 0; waited < WAIT_MS && child.exitCode === null; waited += 200) {
    if (await fetch(origin, { method: "HEAD", signal: AbortSignal.timeout(WAIT_MS) }).catch(() => undefined))
      return server;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await stop();
  throw new Error(`${program}: expected a server at ${origin}, got none\n${server.printed()}`);
}

const WAIT_MS = 60_000;

async function listen(server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server.address().port;
}
