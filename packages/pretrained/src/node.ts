export { modelFolder } from "./modelFolder.ts";
export { savePretrained } from "./savePretrained.ts";
