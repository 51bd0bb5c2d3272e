import { expectFileName } from "../files/fileName.ts";
import type { ModelFiles, OpenFile, ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { urlKey } from "./cacheKeys.ts";
import { download, lengthOf } from "./download.ts";
import { type Kept, openFiles, wholeFiles } from "./keptFiles.ts";
import type { UrlRef } from "./modelRef.ts";
import { ask, paceFor } from "./network.ts";
import type { OpenRemote } from "./options.ts";
import { UnreachableError } from "./unreachableError.ts";

/** The cached record of a web server's file. */
interface Known {
  /** The cache's key of the bytes; absent if the server had no such file. */
  readonly key?: string;
}

/**
 * Makes a source of the files under an address of any web server. Cached files are used as long as the ETag or date
 * is unchanged, and offline.
 */
export function urlFiles({ url: base }: UrlRef, options: OpenRemote): ModelFiles {
  const { origin, pathname, search } = new URL(base);
  const folder = pathname.replace(/\/+$/, "");
  const find = <T>(file: string, signal: AbortSignal | undefined, kept: Kept<T>): Promise<T | undefined> => {
    expectFileName(base, file);
    const url = `${origin}${folder}/${file.split("/").map(encodeURIComponent).join("/")}${search}`;
    return readUrl({ base, file, url }, options, signal, kept);
  };
  return {
    name: base,
    read: async (file, { signal } = {}) => find(file, signal, wholeFiles(options.cache)),
    ...(options.cache.open && {
      open: async (file: string, { signal }: ReadOptions = {}) => find(file, signal, openFiles(options.cache)),
    }),
  };
}

/** One file of a web server. */
interface UrlFile {
  readonly base: string;
  readonly file: string;
  readonly url: string;
}

async function readUrl<T>(
  what: UrlFile,
  options: OpenRemote,
  signal: AbortSignal | undefined,
  kept: Kept<T>,
): Promise<T | undefined> {
  const { network } = options;
  const { base, file, url } = what;
  const known = await recall(what, options);
  let head: Response;
  try {
    const pace = paceFor(network, known !== undefined);
    head = await ask(network, url, { method: "HEAD", signal, pace, ...(known && { retries: 0 }) });
  } catch (error) {
    if (known === undefined || !(error instanceof UnreachableError)) throw error;
    const found = known.key === undefined ? undefined : await kept.find(known.key, undefined, { signal });
    if (known.key !== undefined && found === undefined) throw error; // damaged, not missing
    return found;
  }
  if (head.status === 404 || head.status === 410 || (await isPageForMissing(what, head, options, signal))) {
    await remember(what, {}, options);
    return undefined;
  }
  if (!head.ok) throw refusal(url, head);

  const version = versionOf(head);
  const key = urlKey(base, file, version ?? "");
  const found = version !== undefined && known?.key === key ? await kept.find(key, undefined, { signal }) : undefined;
  if (found !== undefined) return found;
  const facts = { key, size: lengthOf(head), isVersioned: version !== undefined };
  const fetched = await kept.of(await fetchUrl(what, facts, options, signal));
  await remember(what, { key }, options);
  return fetched;
}

/**
 * Whether a page was sent in place of a missing file: servers of single-page applications, Vite's too, answer any address
 * that they do not have with their page. `config.json` is requested first and is required, so a page in its place is
 * a mistake in the address, or a login.
 */
async function isPageForMissing(
  { file, url }: UrlFile,
  head: Response,
  { network }: OpenRemote,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (file === "config.json" || !isPage(head)) return false;
  const nowhere = new URL(url);
  nowhere.pathname = nowhere.pathname.replace(/[^/]*$/, `no-such-file-${Math.random().toString(36).slice(2)}`);
  return isPage(await ask(network, nowhere.href, { method: "HEAD", signal, pace: paceFor(network, false) }));
}

function isPage({ ok, headers }: Response): boolean {
  return ok && /^text\/html\b/i.test(headers.get("Content-Type") ?? "");
}

/** Metadata of a file in a server's response. */
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
): Promise<OpenFile> {
  const part = await cache.begin(key, size);
  try {
    if (!isVersioned) await part.restart(); // the rest might be of another file
    const refuse = (response: Response) => refusal(url, response);
    return await download({ url, file, network, limits, size, signal, onProgress, refuse }, part);
  } finally {
    await part.close();
  }
}

/** The version of a file, the same for the same bytes: the ETag, or the date and the length. */
function versionOf({ headers }: Response): string | undefined {
  const date = headers.get("Last-Modified");
  return headers.get("ETag") ?? (date === null ? undefined : `${date} ${headers.get("Content-Length")}`);
}

async function recall({ base, file }: UrlFile, { cache }: OpenRemote): Promise<Known | undefined> {
  const bytes = await cache.read(urlKey(base, file));
  if (bytes === undefined) return undefined;
  try {
    const { key } = JSON.parse(new TextDecoder().decode(bytes)) as Known;
    return typeof key === "string" ? { key } : {};
  } catch {
    return undefined; // a cache with foreign contents
  }
}

async function remember({ base, file }: UrlFile, known: Known, { cache }: OpenRemote): Promise<void> {
  await cache.write(urlKey(base, file), new TextEncoder().encode(JSON.stringify(known)));
}

function refusal(url: string, { status }: Response): PretrainedError {
  return new PretrainedError(`${url}: expected the file, got status ${status}`);
}
