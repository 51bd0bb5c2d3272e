/**
 * What needs Node: model folders on the disk, to open and to save, and a cache for what is fetched.
 *
 * @module
 */
export { folderCache } from "./folderCache.ts";
export { modelFolder } from "./modelFolder.ts";
export { modelFiles } from "./nodeModelFiles.ts";
export { cacheFolder } from "./nodeSettings.ts";
export { savePretrained } from "./savePretrained.ts";
