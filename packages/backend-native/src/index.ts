export { addonPath } from "./addonPath.ts";
export { layerFault, type LayerKernels } from "./layerFault.ts";
