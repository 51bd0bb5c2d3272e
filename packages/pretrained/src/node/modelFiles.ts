import { existsSync } from "node:fs";
import { checkRecord } from "@qkv/ops";
import { folderCache } from "./folderCache.ts";
import type { ModelFiles } from "../files/modelFiles.ts";
import { modelFolder } from "./modelFolder.ts";
import { cacheFolder, withSettings } from "./settings.ts";
import { proxyFetch } from "./proxyFetch.ts";
import { remoteFiles } from "../remote/remoteFiles.ts";
import type { RemoteOptions } from "../remote/options.ts";

/**
 * The files of a model wherever it is: a folder on disk, an id on the hub or an https address. What is fetched is kept in
 * {@link cacheFolder}; the hub is that of the environment variable HF_ENDPOINT, the token HF_TOKEN's, where they are set.
 */
export function modelFiles(ref: string, options: RemoteOptions = {}): ModelFiles {
  checkRecord("modelFiles", "options", options);
  if (existsSync(ref)) return modelFolder(ref);
  const fetch = proxyFetch();
  const cache = folderCache(cacheFolder(), options.onUnkept);
  return remoteFiles(ref, { cache, ...(fetch && { fetch }), ...withSettings(options) });
}
