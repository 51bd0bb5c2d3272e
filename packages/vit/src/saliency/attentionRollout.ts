import { checkRecord } from "@qkv/ops";
import { type AttentionWeights, headMatrix, type TokenMatrix } from "./attentionWeights.ts";
import { identity, multiplied } from "./matrices.ts";

/** Options of attention rollout. */
export interface RolloutOptions {
  /** The reduction over the heads of a layer. Default their mean. */
  readonly heads?: "mean" | "max" | "min";
  /** The share of a layer's output that comes by the residual connection, past the attention. Default 0.5. */
  readonly residual?: number;
}

/**
 * Attention rollout: how much of each token's last state came from each token of the input, if every layer passed on
 * what its attention reads ("Quantifying Attention Flow in Transformers", arXiv:2005.00928, section 3).
 *
 * @returns rows that sum to 1
 * @throws RangeError if `residual` is not from 0 to 1
 */
export function attentionRollout(weights: AttentionWeights, options: RolloutOptions = {}): TokenMatrix {
  checkRecord("attentionRollout", "weights", weights);
  const { heads = "mean", residual = 0.5 } = options;
  if (!(residual >= 0 && residual <= 1)) {
    throw new RangeError(`attentionRollout: expected residual from 0 to 1, got ${residual}`);
  }
  const { layers, tokens } = weights;
  let rollout = identity(tokens);
  for (let layer = 0; layer < layers; layer++) {
    rollout = multiplied(handedOn(fused(weights, layer, heads), tokens, residual), rollout, tokens);
  }
  return { tokens, values: Float32Array.from(rollout) };
}

/** One number for each pair of tokens from those of a layer's heads. */
function fused(weights: AttentionWeights, layer: number, how: "mean" | "max" | "min"): Float64Array {
  const { heads, tokens } = weights;
  const all = Array.from({ length: heads }, (_, head) => headMatrix(weights, layer, head).values);
  return Float64Array.from({ length: tokens * tokens }, (_, at) => {
    const values = all.map((head) => head[at] ?? 0);
    if (how === "mean") return values.reduce((sum, value) => sum + value, 0) / heads;
    return how === "max" ? Math.max(...values) : Math.min(...values);
  });
}

/** The attention and the residual connection together, each row normalized to a sum of 1. */
function handedOn(attention: Float64Array, tokens: number, residual: number): Float64Array {
  const mixed = new Float64Array(attention.length);
  for (let row = 0; row < tokens; row++) {
    let sum = 0;
    for (let column = 0; column < tokens; column++) sum += attention[row * tokens + column] ?? 0;
    for (let column = 0; column < tokens; column++) {
      const at = row * tokens + column;
      const looked = sum === 0 ? 0 : ((1 - residual) * (attention[at] ?? 0)) / sum;
      mixed[at] = looked + (row === column ? residual + (sum === 0 ? 1 - residual : 0) : 0);
    }
  }
  return mixed;
}
