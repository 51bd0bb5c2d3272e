export { folderCache } from "./folderCache.ts";
export { modelFolder } from "./modelFolder.ts";
export { cacheFolder, modelFiles } from "./nodeModelFiles.ts";
export { savePretrained } from "./savePretrained.ts";
