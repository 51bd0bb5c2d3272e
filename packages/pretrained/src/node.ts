/**
 * Functions for Node only: model folders on disk, to open and to save, and a cache of downloads.
 *
 * @module
 */
export {
  type CacheCheck,
  type CachedModel,
  listCachedModels,
  removeCachedModel,
  unfinishedDownloads,
  verifyCache,
} from "./node/cachedModels.ts";
export { folderCache } from "./node/folderCache.ts";
export { modelFolder } from "./node/modelFolder.ts";
export { modelFiles } from "./node/modelFiles.ts";
export { cacheFolder } from "./node/settings.ts";
export { saveAdapter } from "./node/saveAdapter.ts";
export { saveGguf } from "./node/saveGguf.ts";
export { savePretrained } from "./node/savePretrained.ts";
