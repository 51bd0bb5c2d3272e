import { createReadStream, existsSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

/** A server of folders on this machine. */
export interface FolderServer {
  readonly origin: string;
  close(): void;
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" },
  ...{ ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json" },
};
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>QKV</title><body><script type="module" src="/page/page.js"></script>';

/** Scripts from here and WebAssembly, nothing made of text, nothing from elsewhere; pictures may be in the page. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' data:";

/** Answers requests to a hub: `/api/...`, `/cdn/...` and the models of `/me/...`. */
export type HubAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Serves each folder under its name, and at `/` a page that runs `/page/page.js`. At `/isolated`, with shared memory. Below
 * `/pages/` whatever is asked for is that page, as servers of single-page applications do it.
 */
export async function serve(folders: Readonly<Record<string, string>>, hub?: HubAnswer): Promise<FolderServer> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (hub !== undefined && /^\/(api|cdn|me)\//.test(pathname)) return void hub(request, response);
    const isolation = {
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    };
    if (pathname === "/" || pathname === "/isolated" || pathname.startsWith("/pages/")) {
      const headers = { "Content-Type": "text/html", "Content-Security-Policy": POLICY };
      response.writeHead(200, pathname === "/isolated" ? { ...headers, ...isolation } : headers).end(PAGE);
      return;
    }
    const [, name = "", ...rest] = normalize(pathname).split("/");
    const file = join(folders[name] ?? "", ...rest);
    if (pathname === "/favicon.ico") response.writeHead(204).end();
    else if (folders[name] === undefined || !existsSync(file)) response.writeHead(404).end();
    else {
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      createReadStream(file).pipe(response.writeHead(200, { "Content-Type": type, ...isolation }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
