/**
 * What needs Node: model folders on the disk, to open and to save, and a cache for what is fetched.
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
} from "./cachedModels.ts";
export { folderCache } from "./folderCache.ts";
export { modelFolder } from "./modelFolder.ts";
export { modelFiles } from "./nodeModelFiles.ts";
export { cacheFolder } from "./nodeSettings.ts";
export { savePretrained } from "./savePretrained.ts";
