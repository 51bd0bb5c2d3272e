import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { checkRecord } from "@qkv/ops";
import { folderCache } from "./folderCache.ts";
import type { ModelFiles } from "../files/modelFiles.ts";
import { modelFolder } from "./modelFolder.ts";
import { cacheFolder, withSettings } from "./settings.ts";
import { proxyFetch } from "./proxyFetch.ts";
import { remoteFiles } from "../remote/remoteFiles.ts";
import type { RemoteOptions } from "../remote/options.ts";

/**
 * Finds the files of a model: in a folder on disk, at an id on the hub or an https address. Downloads are cached in
 * {@link cacheFolder}; the hub and the token are those of the environment variables HF_ENDPOINT and HF_TOKEN, if set.
 */
export function modelFiles(ref: string, options: RemoteOptions = {}): ModelFiles {
  checkRecord("modelFiles", "options", options);
  const isMissingFile = String(ref).endsWith(".gguf") && existsSync(dirname(ref)); // a slip, not the id of a model on the hub
  if (existsSync(ref) || isMissingFile) return modelFolder(ref);
  const fetch = proxyFetch();
  const cache = folderCache(cacheFolder(), options.onCacheError);
  return remoteFiles(ref, { cache, ...(fetch && { fetch }), ...withSettings(options) });
}
