import type { DownloadProgress } from "./download.ts";
import type { FileCache } from "./fileCache.ts";
import type { FileLimits } from "./fileLimits.ts";
import type { Fetch } from "./fetch.ts";
import type { Network } from "./network.ts";

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
