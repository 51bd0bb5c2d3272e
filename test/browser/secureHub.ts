// A hub that a page takes for the real one: over https, on origins of its own, large files on yet another.
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HubServer, hubRoutes, type Repository } from "@qkv/testing";
import { getCertificate } from "@vitejs/plugin-basic-ssl";

/** A hub, and what tells Chromium that its hosts are on this machine. */
export interface SecureHub extends HubServer {
  readonly chromiumFlags: readonly string[];
}

const HOSTS = ["huggingface.co", "cdn-lfs.huggingface.co"] as const;

/** What the hub lets pages of other origins read. */
const CROSS_ORIGIN = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "Range",
  "Access-Control-Expose-Headers":
    "X-Repo-Commit,X-Error-Code,ETag,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag",
};

/** Starts it with a certificate that only these flags make good. */
export async function startSecureHub(repositories: Readonly<Record<string, Repository>>): Promise<SecureHub> {
  const folder = mkdtempSync(join(tmpdir(), "qkv-certificate-"));
  const pem = await getCertificate(folder, HOSTS[0], [...HOSTS]).finally(() => rmSync(folder, { recursive: true }));
  const { answer, ...routes } = hubRoutes(repositories, { endpoint: `https://${HOSTS[1]}` });
  const server = createServer({ key: pem, cert: pem }, (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(CROSS_ORIGIN)) response.setHeader(name, value);
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const rules = HOSTS.map((host) => `MAP ${host}:443 127.0.0.1:${port}`).join(",");
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    ...routes,
    endpoint: `https://${HOSTS[0]}`,
    chromiumFlags: [`--host-resolver-rules=${rules}`, "--ignore-certificate-errors"],
    close,
  };
}
