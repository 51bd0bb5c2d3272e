import type { FUSED_KERNELS } from "@qkv/ops";
import type { Kernel } from "../kernel.ts";
import { activate, activateGradient } from "./activate.ts";
import { adamW } from "./adamW.ts";
import { attention, attentionGradient } from "./attention.ts";
import { moveCachedRows, readCachedRows, writeCachedRows } from "./cachedRows.ts";
import { columnSum } from "./columnSum.ts";
import { crossEntropy, crossEntropyGradient } from "./crossEntropy.ts";
import { dropout } from "./dropout.ts";
import { layerNorm, layerNormGradient } from "./layerNorm.ts";
import { linear, linearGradient, linearWeightGradient, packedLinear, packedLinearGradient } from "./products/linear.ts";
import { unpackRows } from "./products/unpackRows.ts";
import { softmax, softmaxGradient } from "./softmax.ts";
import { unwritten, writePart } from "./writePart.ts";

// They save CPU time between kernels, or on the CPU; here their composed operations serve as well.
type Composed = "QkvTransformerLayer" | "QkvWriteRows" | "QkvLogSumExp";
type KernelName = Exclude<(typeof FUSED_KERNELS)[keyof typeof FUSED_KERNELS], Composed | "QkvRecordDecoder">;

/** Our kernels by their names in @qkv/ops. */
export const kernels: Readonly<Record<KernelName, Kernel>> = {
  QkvLinear: linear,
  QkvLinearGradient: linearGradient,
  QkvLinearWeightGradient: linearWeightGradient,
  QkvPackedLinear: packedLinear,
  QkvPackedLinearGradient: packedLinearGradient,
  QkvUnpackRows: unpackRows,
  QkvColumnSum: columnSum,
  QkvActivate: activate,
  QkvActivateGradient: activateGradient,
  QkvLayerNorm: layerNorm,
  QkvLayerNormGradient: layerNormGradient,
  QkvSoftmax: softmax,
  QkvSoftmaxGradient: softmaxGradient,
  QkvCrossEntropy: crossEntropy,
  QkvCrossEntropyGradient: crossEntropyGradient,
  QkvDropout: dropout,
  QkvAttention: attention,
  QkvAttentionGradient: attentionGradient,
  QkvAdamW: adamW,
  QkvUnwritten: unwritten,
  QkvWritePart: writePart,
  QkvWriteCachedRows: writeCachedRows,
  QkvReadCachedRows: readCachedRows,
  QkvMoveCachedRows: moveCachedRows,
};

/** Those that apply an activation before they write. */
export const ACTIVATING: ReadonlySet<string> = new Set<KernelName>(["QkvLinear", "QkvPackedLinear"]);
