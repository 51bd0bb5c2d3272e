export { addonPath } from "./addonPath.ts";
export { layerFault, type KernelMemory, type LayerKernels } from "./layerFault.ts";
