import { checkRecord } from "@qkv/ops";
import type { VitConfig } from "./config.ts";

/** The `model_type`s that a {@link VitConfig} may have in a `config.json`. */
export type VitModelType = "vit" | "deit" | "dinov2" | "dinov2_with_registers" | "qkv_vit";

/**
 * The `model_type` that fits a config exactly: one of Hugging Face transformers if there is one, else this
 * project's own `qkv_vit`.
 */
export function vitModelType(config: VitConfig): VitModelType {
  checkRecord("vitModelType", "config", config);
  const { stem, distillationToken, registerTokens, layerScale, pooling, antialiasedPositions } = config;
  if (stem.length > 0 || config.outBias === false) return "qkv_vit";
  if (pooling === "class" && registerTokens === 0 && layerScale === undefined && !antialiasedPositions) {
    return distillationToken ? "deit" : "vit";
  }
  const isRatio = config.swiGlu || Number.isInteger(config.ffnDim / config.dModel); // DINOv2's configs support nothing else
  if (pooling === "classAndMean" && layerScale !== undefined && isRatio && !distillationToken) {
    if (antialiasedPositions) return "dinov2_with_registers";
    if (registerTokens === 0) return "dinov2";
  }
  return "qkv_vit";
}
