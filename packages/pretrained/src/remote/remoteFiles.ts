import { checkRecord } from "@qkv/ops";
import type { ModelFiles } from "../modelFiles.ts";
import { PretrainedError } from "../pretrainedError.ts";
import { browserCache } from "./browserCache.ts";
import type { DownloadProgress } from "./download.ts";
import { type FileCache, memoryCache } from "./fileCache.ts";
import { hubFiles } from "./hubFiles.ts";
import { FILE_LIMITS, type FileLimits } from "./fileLimits.ts";
import { HUB, parseModelRef } from "./modelRef.ts";
import type { Fetch, Network } from "./network.ts";
import { parseEndpoint } from "./origins.ts";
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
  /** An access token of `endpoint`, for private and gated models. It goes to that origin alone. */
  readonly token?: string;
  /** Default: the global one. */
  readonly fetch?: Fetch;
  /** How long to wait without a byte, or with fewer than one in each millisecond. Default 25,000. */
  readonly timeoutMs?: number;
  /** How large files may be, where others than {@link FILE_LIMITS}. */
  readonly limits?: Partial<FileLimits>;
}

/** Options with their defaults, and the token only where it belongs. */
export interface OpenRemote extends Pick<RemoteOptions, "onProgress"> {
  readonly cache: FileCache;
  readonly network: Network;
  readonly limits: FileLimits;
  readonly token: string | undefined;
}

const TIMEOUT_MS = 25_000;

/**
 * The files of a model on a hub (`owner/name`, `owner/name@revision`) or under an https address. Downloads go on where
 * they were cut off, are held against the checksums that the hub tells, and are kept: then no network is needed.
 *
 * @throws PretrainedError if `ref` is neither
 */
export function remoteFiles(ref: string, options: RemoteOptions = {}): ModelFiles {
  checkRecord("remoteFiles", "options", options);
  const parsed = parseModelRef(ref, options.endpoint);
  if (parsed === undefined) {
    throw new PretrainedError(
      `expected the id of a model on a hub (owner/name) or an https address, got ${ref}; ` +
        "for a folder on this machine, give modelFolder(path) of @qkv/pretrained/node",
    );
  }
  const { fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS, endpoint = HUB, token, onProgress } = options;
  const isTokens = parsed.kind === "hub" && parsed.endpoint === parseEndpoint(endpoint);
  const all: OpenRemote = {
    cache: options.cache ?? defaultCache(options),
    network: { fetch, timeoutMs },
    limits: { ...FILE_LIMITS, ...options.limits },
    token: isTokens ? token : undefined,
    ...(onProgress && { onProgress }),
  };
  return parsed.kind === "hub" ? hubFiles(parsed, all) : urlFiles(parsed, all);
}

function defaultCache({ onUnkept }: RemoteOptions): FileCache {
  return "caches" in globalThis ? browserCache(undefined, onUnkept) : memoryCache();
}
