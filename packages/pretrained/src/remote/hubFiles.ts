import type { ModelFiles } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";
import { type Checksum, checksumOfEtag } from "./checksum.ts";
import { download } from "./download.ts";
import { type HubFile, type HubRevision, isCommit, parseHubRevision } from "./hubRevision.ts";
import type { HubRef } from "./modelRef.ts";
import { ask, UnreachableError } from "./network.ts";
import type { RemoteOptions } from "./remoteFiles.ts";

type Options = Required<Pick<RemoteOptions, "cache" | "fetch">> & RemoteOptions;
type Signal = AbortSignal | undefined;

/**
 * The files of a model on a hub. Which commit a branch stands for is asked once, when the first file is read; all files
 * are of that one. Without a network it is the commit of the last time.
 */
export function hubFiles(ref: HubRef, options: Options): ModelFiles {
  let revision: HubRevision | undefined;
  return {
    name: ref.revision === "main" ? ref.id : `${ref.id}@${ref.revision}`,
    async read(file, { signal } = {}) {
      revision ??= await openRevision(ref, options, signal);
      const facts = revision.files.get(file);
      return facts === undefined ? undefined : readFile(ref, revision.commit, file, facts, options, signal);
    },
  };
}

async function readFile(
  ref: HubRef,
  commit: string,
  file: string,
  facts: HubFile,
  options: Options,
  signal: Signal,
): Promise<Uint8Array> {
  const { cache, fetch, onProgress } = options;
  const url = `${ref.endpoint}/${ref.id}/resolve/${commit}/${file.split("/").map(encodeURIComponent).join("/")}`;
  const checksum = facts.checksum ?? (await checksumAt(url, options, signal));
  // By its checksum, a file that did not change from one commit to the next is there already.
  const key = `${folderOf(ref)}/${checksum === undefined ? `${commit}/${file}` : `${checksum.algorithm}/${checksum.hex}`}`;
  const { size } = facts;
  const kept = await cache.read(key);
  if (kept !== undefined && (size === undefined || kept.length === size)) return kept;

  const part = await cache.begin(key);
  try {
    const refuse = (response: Response) => refusal(ref, response);
    const headers = authorization(options);
    return await download({ url, file, fetch, headers, size, checksum, signal, onProgress, refuse }, part);
  } finally {
    await part.close();
  }
}

/** Some hubs list no checksums, but say them with the file, before they send one elsewhere for it. */
async function checksumAt(url: string, options: Options, signal: Signal): Promise<Checksum | undefined> {
  const init = { method: "HEAD", redirect: "manual", headers: authorization(options), signal } as const;
  try {
    const { headers } = await ask(options.fetch, url, init);
    return checksumOfEtag(headers.get("X-Linked-ETag")) ?? checksumOfEtag(headers.get("ETag"));
  } catch (error) {
    if (error instanceof UnreachableError) return undefined;
    throw error;
  }
}

async function openRevision(ref: HubRef, options: Options, signal: Signal): Promise<HubRevision> {
  const { cache, fetch } = options;
  const keyOf = (revision: string) => `${folderOf(ref)}/revision/${revision}.json`;
  const url = `${ref.endpoint}/api/models/${ref.id}/revision/${encodeURIComponent(ref.revision)}?blobs=true`;
  const kept = await cache.read(keyOf(ref.revision));
  const known = kept === undefined ? undefined : parse(kept, url);
  if (known !== undefined && isCommit(ref.revision)) return known;
  let response: Response;
  try {
    response = await ask(fetch, url, { headers: authorization(options), signal, ...(known && { retries: 0 }) });
  } catch (error) {
    if (known !== undefined && error instanceof UnreachableError) return known;
    throw error instanceof UnreachableError ? new UnreachableError(`${ref.id}: ${error.message}`) : error;
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw refusal(ref, response);
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const revision = parse(bytes, url);
  await cache.write(keyOf(ref.revision), bytes);
  await cache.write(keyOf(revision.commit), bytes);
  return revision;
}

function parse(bytes: Uint8Array, url: string): HubRevision {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    json = undefined;
  }
  return parseHubRevision(json, url);
}

function folderOf({ endpoint, id }: HubRef): string {
  return `${new URL(endpoint).host}/${id}`;
}

function authorization({ token }: Options): Record<string, string> {
  return token === undefined ? {} : { Authorization: `Bearer ${token}` };
}

/** Why a hub says no, as an error that says what to do. */
function refusal({ endpoint, id, revision }: HubRef, { status, headers }: Response): PretrainedError {
  const code = headers.get("X-Error-Code");
  if (code === "GatedRepo" || status === 403) {
    return new PretrainedError(
      `${id}: expected a model that anybody may have, got one that access has to be asked for at ${endpoint}/${id}; ` +
        `then give a token of that account (HF_TOKEN)`,
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
