import { expectFileName } from "../fileName.ts";
import type { ModelFiles } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";
import { download, lengthOf } from "./download.ts";
import type { UrlRef } from "./modelRef.ts";
import { ask, paceFor } from "./network.ts";
import type { OpenRemote } from "./remoteFiles.ts";
import { UnreachableError } from "./unreachableError.ts";

/** What is kept beside a file of a web server. */
interface Kept {
  /** The cache's key of the bytes; absent if the server had no such file. */
  readonly key?: string;
}

/**
 * The files under an address of any web server. What is kept is used as long as the server says by ETag or date that it
 * has not changed, and without a network.
 */
export function urlFiles({ url: base }: UrlRef, options: OpenRemote): ModelFiles {
  const { origin, pathname, search } = new URL(base);
  const folder = pathname.replace(/\/+$/, "");
  return {
    name: base,
    read: async (file, { signal } = {}) => {
      expectFileName(base, file);
      const path = `${folder}/${file.split("/").map(encodeURIComponent).join("/")}${search}`;
      return readUrl(`${origin}${path}`, `urls/${new URL(base).host}${path}`, file, options, signal);
    },
  };
}

async function readUrl(
  url: string,
  place: string,
  file: string,
  options: OpenRemote,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const { cache, network, limits, onProgress } = options;
  const kept = await recall(place, options);
  let head: Response;
  try {
    const pace = paceFor(network, kept !== undefined);
    head = await ask(network, url, { method: "HEAD", signal, pace, ...(kept && { retries: 0 }) });
  } catch (error) {
    if (kept === undefined || !(error instanceof UnreachableError)) throw error;
    return kept.key === undefined ? undefined : cache.read(kept.key);
  }
  if (head.status === 404 || head.status === 410) {
    await remember(place, {}, options);
    return undefined;
  }
  if (!head.ok) throw refusal(url, head);

  const version = versionOf(head);
  const key = `${place}/${version ?? "unversioned"}`;
  const bytes = version !== undefined && kept?.key === key ? await cache.read(key) : undefined;
  if (bytes !== undefined) return bytes;
  const part = await cache.begin(key);
  try {
    if (version === undefined) await part.restart(); // nothing says that the rest would be of the same file
    const size = lengthOf(head);
    const refuse = (response: Response) => refusal(url, response);
    const fetched = await download({ url, file, network, limits, size, signal, onProgress, refuse }, part);
    await remember(place, { key }, options);
    return fetched;
  } finally {
    await part.close();
  }
}

/** The same for the same bytes: the ETag, or the date and the length. */
function versionOf({ headers }: Response): string | undefined {
  const date = headers.get("Last-Modified");
  return headers.get("ETag") ?? (date === null ? undefined : `${date} ${headers.get("Content-Length")}`);
}

async function recall(place: string, { cache }: OpenRemote): Promise<Kept | undefined> {
  const bytes = await cache.read(`${place}.kept`);
  if (bytes === undefined) return undefined;
  try {
    const { key } = JSON.parse(new TextDecoder().decode(bytes)) as Kept;
    return typeof key === "string" ? { key } : {};
  } catch {
    return undefined; // a cache that somebody else wrote to
  }
}

async function remember(place: string, kept: Kept, { cache }: OpenRemote): Promise<void> {
  await cache.write(`${place}.kept`, new TextEncoder().encode(JSON.stringify(kept)));
}

function refusal(url: string, { status }: Response): PretrainedError {
  return new PretrainedError(`${url}: expected the file, got status ${status}`);
}
