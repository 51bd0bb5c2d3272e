import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Files = Readonly<Record<string, Uint8Array>>;

/** One model of a {@link HubServer}. */
export interface Repository {
  /** Files by commit. */
  readonly commits: Record<string, Files>;
  /** Branches and tags: the commit of each. */
  readonly revisions: Record<string, string>;
  readonly gated?: boolean;
}

/** Faults of a {@link HubServer}, which the hub lacks; may be changed while it runs. */
export interface HubFaults {
  /** Number of bytes of a file after which connections break. */
  cutAfter?: number;
  /**
   * Awaited before a connection breaks, with the offset in the file that was sent: a slow client may lose
   * bytes it has not read by then.
   */
  beforeCut?: ((sent: number) => Promise<unknown>) | undefined;
  /** Whether the network is gone after the first broken connection. */
  refuseAfterCut?: boolean;
  /** Whether range requests are ignored: files come whole. */
  noRanges?: boolean;
  /** Whether the list of files lacks checksums. */
  noChecksums?: boolean;
  /** Whether one byte of each large file is wrong. */
  corrupt?: boolean;
  /** Whether all requests fail, as if there were no network. */
  refuse?: boolean;
  /** The status of the first responses, as many as `times`. */
  status?: number;
  times?: number;
}

/** A request: `GET /owner/name/resolve/...`, with its range and whether it had a token. */
export interface AskedOfHub {
  readonly line: string;
  readonly range?: string | undefined;
  readonly token?: string | undefined;
}

/** A local server with the routes of Hugging Face's hub that its client for Python uses. */
export interface HubServer {
  readonly endpoint: string;
  readonly asked: AskedOfHub[];
  readonly faults: HubFaults;
  close(): Promise<void>;
}

/** The size from which a file lies in large file storage: elsewhere, identified by its sha256. */
const LARGE = 2000;

/** The routes of a hub without a server. */
export interface HubRoutes extends Pick<HubServer, "asked" | "faults"> {
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

/** @param cdn server of large files: another origin, as on the hub */
export function startHub(repositories: Readonly<Record<string, Repository>>, cdn?: HubServer): Promise<HubServer> {
  const { answer, ...parts } = hubRoutes(repositories, cdn);
  return listen(createServer(answer), parts);
}

/** Handles requests to a hub: `/api/models/...`, `/owner/name/resolve/...` and `/cdn/...`. */
export function hubRoutes(
  repositories: Readonly<Record<string, Repository>>,
  cdn?: Pick<HubServer, "endpoint">,
): HubRoutes {
  const faults: HubFaults = {};
  const asked: AskedOfHub[] = [];
  const large = new Map<string, Uint8Array>();
  for (const { commits } of Object.values(repositories)) {
    for (const bytes of Object.values(commits).flatMap((files) => Object.values(files))) {
      if (bytes.length >= LARGE) large.set(sha256(bytes), bytes);
    }
  }

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? "/", "http://hub");
    const { range, authorization } = request.headers;
    asked.push({ line: `${request.method} ${url.pathname}`, range, token: authorization });
    if (faults.refuse === true) return void request.socket.destroy();
    if ((faults.times ?? 0) > 0) {
      faults.times = (faults.times ?? 0) - 1;
      return void response.writeHead(faults.status ?? 503).end();
    }
    const no = (status: number, code: string) => void response.writeHead(status, { "X-Error-Code": code }).end("{}");
    const [, api, cdnId] = /^\/(api\/models|cdn)\/(.*)$/.exec(url.pathname) ?? [];
    if (api === "cdn") {
      const bytes = large.get(cdnId ?? "");
      return bytes === undefined ? no(404, "") : send(request, response, bytes, {}, faults);
    }
    const path = decodeURIComponent(api === undefined ? url.pathname.slice(1) : (cdnId ?? ""));
    const [, id = "", revision = "", file = ""] =
      /^([^/]+\/[^/]+)\/(?:revision|resolve)\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
    const repository = repositories[id];
    if (repository === undefined) return no(authorization === undefined ? 401 : 404, "RepoNotFound");
    const commit = repository.revisions[revision] ?? revision;
    const files = repository.commits[commit];
    if (files === undefined) return no(404, "RevisionNotFound");
    if (api !== undefined) return void response.end(JSON.stringify(listing(id, commit, files, faults)));
    if (repository.gated === true) return no(authorization === undefined ? 401 : 403, "GatedRepo");
    const bytes = files[file];
    if (bytes === undefined) return no(404, "EntryNotFound");
    const common = { "X-Repo-Commit": commit };
    if (bytes.length < LARGE) return send(request, response, bytes, { ...common, ETag: `"${blobId(bytes)}"` }, faults);
    const target = `${cdn?.endpoint ?? ""}/cdn/${sha256(bytes)}`;
    const linked = { "X-Linked-ETag": `"${sha256(bytes)}"`, "X-Linked-Size": bytes.length };
    response.writeHead(302, { ...common, ...linked, Location: target }).end();
  };
  return { answer, asked, faults };
}

/** Serves one plain folder, as any web server; with `page`, as that of a single-page application. */
export async function startWeb(
  files: Record<string, Uint8Array>,
  { etags = true, page = "" } = {},
): Promise<HubServer> {
  const faults: HubFaults = {};
  const asked: AskedOfHub[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const { pathname } = new URL(request.url ?? "/", "http://web");
    asked.push({ line: `${request.method} ${pathname}`, range: request.headers.range });
    const bytes = files[decodeURIComponent(pathname.slice("/models/tiny/".length))];
    if (bytes === undefined) {
      if (page === "") response.writeHead(404).end();
      else response.writeHead(200, { "Content-Type": "text/html;charset=utf-8" }).end(page);
    } else send(request, response, bytes, etags ? { ETag: `W/"${bytes.length}-${bytes[0]}"` } : {}, faults);
  };
  return listen(createServer(answer), { asked, faults });
}

async function listen(server: Server, parts: Pick<HubServer, "asked" | "faults">): Promise<HubServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { ...parts, endpoint: `http://127.0.0.1:${port}`, close };
}

function listing(id: string, commit: string, files: Files, { noChecksums }: HubFaults): object {
  const siblings = Object.entries(files).map(([rfilename, bytes]) => {
    if (noChecksums === true) return { rfilename };
    const lfs = { sha256: sha256(bytes), size: bytes.length, pointerSize: 134 };
    return bytes.length < LARGE
      ? { rfilename, size: bytes.length, blobId: blobId(bytes) }
      : { rfilename, size: bytes.length, blobId: blobId(new TextEncoder().encode(`oid ${lfs.sha256}`)), lfs };
  });
  return { id, modelId: id, sha: commit, private: false, siblings };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Uint8Array,
  headers: Record<string, string>,
  faults: HubFaults,
): void {
  const start = faults.noRanges === true ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1];
  const from = Number(start ?? 0);
  if (from >= whole.length && from > 0) return void response.writeHead(416).end();
  const bytes = Uint8Array.from(whole.subarray(from));
  if (faults.corrupt === true && whole.length >= LARGE) bytes.set([(bytes.at(-1) ?? 0) ^ 1], bytes.length - 1);
  const ranged = { "Content-Range": `bytes ${from}-${whole.length - 1}/${whole.length}` };
  response.writeHead(start === undefined ? 200 : 206, {
    ...headers,
    ...(start !== undefined && ranged),
    "Content-Length": bytes.length,
  });
  if (request.method === "HEAD") return void response.end();
  const { cutAfter = Infinity } = faults;
  if (bytes.length <= cutAfter) return void response.end(bytes);
  faults.refuse ||= faults.refuseAfterCut === true;
  const { beforeCut = () => new Promise((resolve) => setTimeout(resolve, 20)) } = faults;
  response.write(bytes.subarray(0, cutAfter), () => void beforeCut(from + cutAfter).finally(() => response.destroy()));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** The git blob id of these bytes. */
function blobId(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
