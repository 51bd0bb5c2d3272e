import type { ModelFiles } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";
import { browserCache } from "./browserCache.ts";
import type { DownloadProgress } from "./download.ts";
import { type FileCache, memoryCache } from "./fileCache.ts";
import { hubFiles } from "./hubFiles.ts";
import { parseModelRef } from "./modelRef.ts";
import type { Fetch } from "./network.ts";
import { urlFiles } from "./urlFiles.ts";

/** How files are fetched and kept. */
export interface RemoteOptions {
  /** Where they are kept: the browser's storage if there is one, else memory. In Node, see `modelFiles` of `./node`. */
  readonly cache?: FileCache;
  /** Told of each part of a file that arrives. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Told why something is not kept for the next time: the browser's storage is full or forbidden. */
  readonly onUnkept?: (reason: string) => void;
  /** The hub that ids are asked of, huggingface.co if left out. */
  readonly endpoint?: string;
  /** A hub's access token, for private and gated models. It goes to the hub alone. */
  readonly token?: string;
  /** Default: the global one. */
  readonly fetch?: Fetch;
}

/**
 * The files of a model on a hub (`owner/name`, `owner/name@revision`) or under an https address. Downloads go on where
 * they were cut off, are held against the checksums that the hub tells, and are kept: then no network is needed.
 *
 * @throws PretrainedError if `ref` is neither
 */
export function remoteFiles(ref: string, options: RemoteOptions = {}): ModelFiles {
  const parsed = parseModelRef(ref, options.endpoint);
  if (parsed === undefined) {
    throw new PretrainedError(`expected the id of a model on a hub (owner/name) or an https address, got ${ref}`);
  }
  const all = { ...options, cache: options.cache ?? defaultCache(options), fetch: options.fetch ?? globalThis.fetch };
  return parsed.kind === "hub" ? hubFiles(parsed, all) : urlFiles(parsed, all);
}

function defaultCache({ onUnkept }: RemoteOptions): FileCache {
  return "caches" in globalThis ? browserCache(undefined, onUnkept) : memoryCache();
}
