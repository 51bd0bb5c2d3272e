import { LayerNorm, type Params, RMSNorm } from "@qkv/nn";
import type { NormSpec } from "./spec.ts";

/** A norm of either kind. */
export type Norm = LayerNorm | RMSNorm;

/** The norm that a spec describes. */
export function createNorm(params: Params, dModel: number, { kind, eps, unitOffset, bias }: NormSpec): Norm {
  return kind === "layerNorm"
    ? new LayerNorm(params, dModel, { eps, bias })
    : new RMSNorm(params, dModel, { eps, unitOffset });
}
