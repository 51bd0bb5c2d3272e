import { expectFileName } from "../fileName.ts";
import type { ModelFiles } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";
import { download } from "./download.ts";
import type { UrlRef } from "./modelRef.ts";
import { ask, UnreachableError } from "./network.ts";
import type { RemoteOptions } from "./remoteFiles.ts";

type Options = Required<Pick<RemoteOptions, "cache" | "fetch">> & RemoteOptions;

/** What is kept beside a file of a web server. */
interface Kept {
  /** The cache's key of the bytes; absent if the server had no such file. */
  readonly key?: string;
}

/**
 * The files under an address of any web server. What is kept is used as long as the server says by ETag or date that it
 * has not changed, and without a network.
 */
export function urlFiles({ url: base }: UrlRef, options: Options): ModelFiles {
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
  options: Options,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const { cache, fetch, onProgress } = options;
  const kept = await recall(place, options);
  let head: Response;
  try {
    head = await ask(fetch, url, { method: "HEAD", signal, ...(kept && { retries: 0 }) });
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
    const fetched = await download({ url, file, fetch, size, signal, onProgress, refuse }, part);
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

function lengthOf({ headers }: Response): number | undefined {
  const length = headers.get("Content-Length");
  return length === null || (headers.get("Content-Encoding") ?? "identity") !== "identity" ? undefined : Number(length);
}

async function recall(place: string, { cache }: Options): Promise<Kept | undefined> {
  const bytes = await cache.read(`${place}.kept`);
  return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as Kept);
}

async function remember(place: string, kept: Kept, { cache }: Options): Promise<void> {
  await cache.write(`${place}.kept`, new TextEncoder().encode(JSON.stringify(kept)));
}

function refusal(url: string, { status }: Response): PretrainedError {
  return new PretrainedError(`${url}: expected the file, got status ${status}`);
}
