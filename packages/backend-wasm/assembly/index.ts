// The kernels run on the memory of tfjs's own wasm module, at the addresses of its tensors. This module may have
// neither data nor globals in memory: tfjs owns every byte of it.
export { attention, attentionParts, attentionGradient, attentionScratch } from "./attention";
export { readCachedRows, writeCachedRows } from "./cachedRows";
export { gemmScratch, products, tile } from "./gemm"; // tile: see there
export { packedProducts } from "./packedProducts";
export { program } from "./program";
export { isThin } from "./thin";
export {
  columnSum,
  crossEntropy,
  crossEntropyGradient,
  gatherRows,
  layerNorm,
  layerNormGradient,
  layerNormWeightGradient,
  logSumExp,
  rowSum,
  segmentSum,
  softmax,
  softmaxGradient,
} from "./rows";
export { unpackRows } from "./weightFormat";
export { activate, activateGradient, adamW, add, dropout, multiply, permute } from "./elements";
