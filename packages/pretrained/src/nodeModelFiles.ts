import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { folderCache } from "./folderCache.ts";
import type { ModelFiles } from "./modelFiles.ts";
import { modelFolder } from "./modelFolder.ts";
import { remoteFiles, type RemoteOptions } from "./remote/remoteFiles.ts";

/**
 * The files of a model wherever it is: a folder on disk, an id on the hub or an https address. What is fetched is kept in
 * {@link cacheFolder}; the hub is that of the environment variable HF_ENDPOINT, the token HF_TOKEN's, where they are set.
 */
export function modelFiles(ref: string, options: RemoteOptions = {}): ModelFiles {
  if (existsSync(ref)) return modelFolder(ref);
  const [endpoint, token] = [setting("HF_ENDPOINT"), setting("HF_TOKEN")];
  return remoteFiles(ref, {
    cache: folderCache(cacheFolder()),
    ...(endpoint !== undefined && { endpoint }),
    ...(token !== undefined && { token }),
    ...options,
  });
}

/** Where fetched models are kept: the environment variable QKV_CACHE names it; else `qkv` in the user's cache folder. */
export function cacheFolder(): string {
  const caches = process.platform === "win32" ? setting("LOCALAPPDATA") : setting("XDG_CACHE_HOME");
  return setting("QKV_CACHE") ?? join(caches ?? join(homedir(), ".cache"), "qkv");
}

function setting(name: string): string | undefined {
  return process.env[name] || undefined;
}
