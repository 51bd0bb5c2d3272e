import type { RemoteOptions, OpenRemote } from "./options.ts";
import { checkRecord } from "@qkv/ops";
import { ggufFiles } from "../gguf/ggufFiles.ts";
import type { ModelFiles } from "../files/modelFiles.ts";
import { PretrainedError } from "../files/pretrainedError.ts";
import { browserCache } from "./browserCache.ts";
import { type FileCache, memoryCache } from "./fileCache.ts";
import { hubFiles } from "./hubFiles.ts";
import { FILE_LIMITS } from "./fileLimits.ts";
import { HUB, parseModelRef } from "./modelRef.ts";
import { parseEndpoint } from "./origins.ts";
import { urlFiles } from "./urlFiles.ts";

const TIMEOUT_MS = 25_000;

/**
 * Makes a source of a model's files on a hub (`owner/name`, `owner/name@revision`) or at an https address, or of a GGUF file there
 * (`owner/name/X.gguf`, `owner/name:Q4_K_M`, its address). Downloads resume
 * where they were cut off, are verified by the hub's checksums, and are cached for offline use.
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
  const files = parsed.kind === "hub" ? hubFiles(parsed, all) : urlFiles(parsed, all);
  return parsed.file === undefined ? files : ggufFiles(files, parsed.file);
}

function defaultCache({ onCacheError }: RemoteOptions): FileCache {
  return "caches" in globalThis ? browserCache(undefined, onCacheError) : memoryCache();
}
