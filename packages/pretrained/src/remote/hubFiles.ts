import type { ModelFiles, ReadOptions } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { hubFileKey, revisionKey } from "./cacheKeys.ts";
import { type Checksum, checksumOfEtag } from "./checksum.ts";
import { download } from "./download.ts";
import { type HubFile, type HubRevision, isCommit, parseHubRevision } from "./hubRevision.ts";
import type { HubRef } from "./modelRef.ts";
import { bytesOf, discard } from "./body.ts";
import { type Kept, openFiles, wholeFiles } from "./keptFiles.ts";
import { ask, paceFor, reasonOf } from "./network.ts";
import { authorization } from "./origins.ts";
import type { OpenRemote } from "./options.ts";
import { UnreachableError } from "./unreachableError.ts";

type Signal = AbortSignal | undefined;

/**
 * Makes a source of a model's files on a hub. The commit of a branch is requested once, with the first file; all files
 * are of that commit. Offline the last known commit is used.
 */
export function hubFiles(ref: HubRef, options: OpenRemote): ModelFiles {
  let revision: HubRevision | undefined;
  const find = async <T>(file: string, signal: Signal, kept: Kept<T>): Promise<T | undefined> => {
    revision ??= await openRevision(ref, options, signal);
    const facts = revision.files.get(file);
    return facts && readFile({ ref, commit: revision.commit, file, facts }, options, signal, kept);
  };
  return {
    name: ref.revision === "main" ? ref.id : `${ref.id}@${ref.revision}`,
    read: (file, { signal } = {}) => find(file, signal, wholeFiles(options.cache)),
    ...(options.cache.open && {
      open: (file: string, { signal }: ReadOptions = {}) => find(file, signal, openFiles(options.cache)),
    }),
    list: () => Promise.resolve([...(revision?.files.keys() ?? [])]),
  };
}

/** A file of a hub at one commit. */
interface HubFileRef {
  readonly ref: HubRef;
  readonly commit: string;
  readonly file: string;
  readonly facts: HubFile;
}

async function readFile<T>(
  { ref, commit, file, facts }: HubFileRef,
  options: OpenRemote,
  signal: Signal,
  kept: Kept<T>,
): Promise<T> {
  const { cache, network, limits, onProgress, token } = options;
  const url = `${ref.endpoint}/${ref.id}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`;
  const checksum = facts.checksum ?? (await checksumAt(url, options, signal));
  // By its checksum, an unchanged file of an earlier commit is already cached.
  const key = hubFileKey(ref, checksum, commit, file);
  const { size } = facts;
  const found = await kept.find(key, size, { signal });
  if (found !== undefined) return found;

  const part = await cache.begin(key, size, checksum?.algorithm);
  try {
    const refuse = (response: Response) => refusal(ref, response);
    const headers = authorization(token);
    const fetched = { url, file, network, limits, headers, size, checksum, signal, onProgress, refuse };
    return await kept.of(await download(fetched, part));
  } finally {
    await part.close();
  }
}

/** Some hubs list no checksums, but send them with the file, before they redirect. */
async function checksumAt(url: string, options: OpenRemote, signal: Signal): Promise<Checksum | undefined> {
  const init = { method: "HEAD", redirect: "manual", headers: authorization(options.token), signal } as const;
  try {
    const { headers } = await ask(options.network, url, init);
    return checksumOfEtag(headers.get("X-Linked-ETag")) ?? checksumOfEtag(headers.get("ETag"));
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

async function openRevision(ref: HubRef, options: OpenRemote, signal: Signal): Promise<HubRevision> {
  const { cache } = options;
  const keyOf = (revision: string) => revisionKey(ref, revision);
  const kept = await cache.read(keyOf(ref.revision));
  const known = kept && tryParse(kept, options);
  if (known !== undefined && isCommit(ref.revision)) return known;
  let bytes: Uint8Array;
  try {
    bytes = await askRevision(ref, options, signal, known !== undefined);
  } catch (error) {
    if (known !== undefined && error instanceof UnreachableError) return known;
    throw error instanceof UnreachableError ? new UnreachableError(`${ref.id}: ${error.message}`) : error;
  }
  const revision = parse(bytes, urlOf(ref), options);
  await cache.write(keyOf(ref.revision), bytes);
  await cache.write(keyOf(revision.commit), bytes);
  return revision;
}

async function askRevision(ref: HubRef, options: OpenRemote, signal: Signal, isKept: boolean): Promise<Uint8Array> {
  const { network, limits, token } = options;
  const pace = paceFor(network, isKept);
  const asked = { headers: authorization(token), signal, pace, ...(isKept && { retries: 0 }) };
  const response = await ask(network, urlOf(ref), asked);
  if (!response.ok) {
    await discard(response);
    throw refusal(ref, response);
  }
  try {
    return await bytesOf(urlOf(ref), response, { name: "answer", most: limits.answer }, pace);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof PretrainedError) throw error;
    throw new UnreachableError(`${urlOf(ref)}: the connection breaks (${reasonOf(error)})`);
  }
}

function urlOf({ endpoint, id, revision }: HubRef): string {
  return `${endpoint}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
}

/** Parses a cached answer; undefined if it is no longer valid. */
function tryParse(bytes: Uint8Array, options: OpenRemote): HubRevision | undefined {
  try {
    return parse(bytes, "", options);
  } catch {
    return undefined;
  }
}

function parse(bytes: Uint8Array, url: string, { limits }: OpenRemote): HubRevision {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    json = undefined;
  }
  return parseHubRevision(json, url, limits);
}

/** Turns a hub's refusal into an error with advice. */
function refusal({ endpoint, id, revision }: HubRef, { status, headers }: Response): PretrainedError {
  const code = headers.get("X-Error-Code");
  if (code === "GatedRepo" || status === 403) {
    return new PretrainedError(
      `${id}: expected a public model, got a gated one: request access at ${endpoint}/${id} and give a token of that ` +
        `account (HF_TOKEN)`,
    );
  }
  if (code === "RevisionNotFound") {
    return new PretrainedError(
      `${id}: expected a branch, tag or commit of it, got ${revision}, which ${endpoint} has not`,
    );
  }
  if (status === 401 || status === 404) {
    return new PretrainedError(
      `${id}: expected the id of a model on ${endpoint}, got one that is not there, or private (then a token is needed: ` +
        `HF_TOKEN)`,
    );
  }
  return new PretrainedError(`${id}: expected ${endpoint} to give it, got status ${status}`);
}
