import { expectFileName } from "../fileName.ts";
import type { ModelFiles } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";
import { urlKey } from "./cacheKeys.ts";
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
      const url = `${origin}${folder}/${file.split("/").map(encodeURIComponent).join("/")}${search}`;
      return readUrl({ base, file, url }, options, signal);
    },
  };
}

/** One file of a web server. */
interface UrlFile {
  readonly base: string;
  readonly file: string;
  readonly url: string;
}

async function readUrl(
  what: UrlFile,
  options: OpenRemote,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const { cache, network } = options;
  const { base, file, url } = what;
  const kept = await recall(what, options);
  let head: Response;
  try {
    const pace = paceFor(network, kept !== undefined);
    head = await ask(network, url, { method: "HEAD", signal, pace, ...(kept && { retries: 0 }) });
  } catch (error) {
    if (kept === undefined || !(error instanceof UnreachableError)) throw error;
    const bytes = kept.key === undefined ? undefined : await cache.read(kept.key);
    if (kept.key !== undefined && bytes === undefined) throw error; // damaged, which is not missing
    return bytes;
  }
  if (head.status === 404 || head.status === 410) {
    await remember(what, {}, options);
    return undefined;
  }
  if (!head.ok) throw refusal(url, head);

  const version = versionOf(head);
  const key = urlKey(base, file, version ?? "");
  const bytes = version !== undefined && kept?.key === key ? await cache.read(key) : undefined;
  if (bytes !== undefined) return bytes;
  const fetched = await fetchUrl(
    what,
    { key, size: lengthOf(head), isVersioned: version !== undefined },
    options,
    signal,
  );
  await remember(what, { key }, options);
  return fetched;
}

/** What a server says of a file before it sends it. */
interface UrlFacts {
  readonly key: string;
  readonly size: number | undefined;
  readonly isVersioned: boolean;
}

async function fetchUrl(
  { file, url }: UrlFile,
  { key, size, isVersioned }: UrlFacts,
  { cache, network, limits, onProgress }: OpenRemote,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const part = await cache.begin(key, size);
  try {
    if (!isVersioned) await part.restart(); // nothing says that the rest would be of the same file
    const refuse = (response: Response) => refusal(url, response);
    return await download({ url, file, network, limits, size, signal, onProgress, refuse }, part);
  } finally {
    await part.close();
  }
}

/** The same for the same bytes: the ETag, or the date and the length. */
function versionOf({ headers }: Response): string | undefined {
  const date = headers.get("Last-Modified");
  return headers.get("ETag") ?? (date === null ? undefined : `${date} ${headers.get("Content-Length")}`);
}

async function recall({ base, file }: UrlFile, { cache }: OpenRemote): Promise<Kept | undefined> {
  const bytes = await cache.read(urlKey(base, file));
  if (bytes === undefined) return undefined;
  try {
    const { key } = JSON.parse(new TextDecoder().decode(bytes)) as Kept;
    return typeof key === "string" ? { key } : {};
  } catch {
    return undefined; // a cache that somebody else wrote to
  }
}

async function remember({ base, file }: UrlFile, kept: Kept, { cache }: OpenRemote): Promise<void> {
  await cache.write(urlKey(base, file), new TextEncoder().encode(JSON.stringify(kept)));
}

function refusal(url: string, { status }: Response): PretrainedError {
  return new PretrainedError(`${url}: expected the file, got status ${status}`);
}
