import type { DownloadProgress } from "./download.ts";
import type { FileCache } from "./fileCache.ts";
import type { FileLimits } from "./fileLimits.ts";
import type { Fetch } from "./fetch.ts";
import type { Network } from "./network.ts";

/** Options of fetching and caching files. */
export interface RemoteOptions {
  /** The cache. Default: the browser's storage if there is one, else memory. In Node, see `modelFiles` of `./node`. */
  readonly cache?: FileCache;
  /** Called for each part of a file that arrives. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Called with the reason why something is not cached: the browser's storage is full or forbidden. */
  readonly onCacheError?: (reason: string) => void;
  /** The hub of ids. Default huggingface.co. */
  readonly endpoint?: string;
  /** An access token of `endpoint`, for private and gated models. It goes to that origin alone. */
  readonly token?: string;
  /** The fetch function. Default: the global one. */
  readonly fetch?: Fetch;
  /** Timeout in milliseconds without a byte, or with fewer than one in each millisecond. Default 25,000. */
  readonly timeoutMs?: number;
  /** Limits of file sizes, where different from `FILE_LIMITS`. */
  readonly limits?: Partial<FileLimits>;
}

/** Options with their defaults, and the token only for its origin. */
export interface OpenRemote extends Pick<RemoteOptions, "onProgress"> {
  readonly cache: FileCache;
  readonly network: Network;
  readonly limits: FileLimits;
  readonly token: string | undefined;
}
