import type { MultiHeadAttention } from "@qkv/attention";
import { type FusedTransformerLayer, transformerLayer } from "@qkv/ops";
import type { LayerNorm } from "@qkv/nn";
import type { FeedForward } from "./feedForward.ts";
import type { NormOrder } from "./normOrder.ts";
import type { ResidualBranch } from "./residualBranch.ts";

/** The parts of an encoder layer, or of a decoder layer if it has a `crossAttn`. */
export interface LayerParts {
  readonly selfAttn: MultiHeadAttention;
  readonly selfAttnNorm: LayerNorm;
  readonly crossAttn?: MultiHeadAttention;
  readonly crossAttnNorm?: LayerNorm;
  readonly ffn: FeedForward;
  readonly ffnNorm: LayerNorm;
  readonly selfAttnBranch?: ResidualBranch;
  readonly ffnBranch?: ResidualBranch;
}

/** The whole layer as one kernel of the backend, for where there is such a kernel. Nothing is dropped in it. */
export function fusedLayer(parts: LayerParts, normOrder: NormOrder, causal: boolean): FusedTransformerLayer {
  const { selfAttn, selfAttnNorm, crossAttn, crossAttnNorm, ffn, ffnNorm } = parts;
  const isScaled = [parts.selfAttnBranch, parts.ffnBranch].some((branch) => branch?.scale !== undefined);
  if (!selfAttn.isPlain || crossAttn?.isPlain === false || isScaled) return () => undefined;
  const weights = {
    ...{ query: selfAttn.qProj, key: selfAttn.kProj, value: selfAttn.vProj, out: selfAttn.outProj, norm: selfAttnNorm },
    ...(crossAttn && { crossQuery: crossAttn.qProj, crossOut: crossAttn.outProj }),
    ...(crossAttnNorm && { crossNorm: crossAttnNorm }),
    ...{ fc1: ffn.fc1, fc2: ffn.fc2, ffnNorm },
  };
  const attrs = { numHeads: selfAttn.numHeads, normOrder, activation: ffn.activation, eps: ffnNorm.eps, causal };
  return transformerLayer(weights, attrs);
}
