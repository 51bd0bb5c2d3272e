import { checkArray, checkRecord } from "@qkv/ops";
import type * as tf from "@tensorflow/tfjs-core";

/** Attention weights of one image in every head of every layer, as plain numbers. */
export interface AttentionWeights {
  readonly layers: number;
  readonly heads: number;
  /** L: class, distillation and register tokens, then the patches row by row. */
  readonly tokens: number;
  /** [layers, heads, L, L] row by row */
  readonly values: Float32Array;
}

/** A weight for each pair of tokens. */
export interface TokenMatrix {
  /** L */
  readonly tokens: number;
  /** [L, L] row by row: the row's token attends to the column's. */
  readonly values: Float32Array;
}

/**
 * The attention weights of one image of a batch, as plain numbers.
 *
 * @param attentions attention probabilities of a ViT: [B, heads, L, L] for each layer
 * @throws RangeError if layers differ in shape, as those of Swin do, or the batch has no such image
 */
export async function readAttentions(attentions: readonly tf.Tensor[], image = 0): Promise<AttentionWeights> {
  checkArray("readAttentions", "attentions", attentions);
  const [batch = 0, heads = 0, tokens = 0] = attentions[0]?.shape ?? [];
  const alike = attentions.every(({ shape }) => `${shape}` === `${[batch, heads, tokens, tokens]}`);
  if (attentions.length === 0 || !alike) {
    const got = attentions.map(({ shape }) => `[${shape}]`).join(", ") || "none";
    throw new RangeError(`readAttentions: expected [B, heads, L, L] alike for each layer, got ${got}`);
  }
  if (!Number.isInteger(image) || image < 0 || image >= batch) {
    throw new RangeError(`readAttentions: expected an image from 0 to ${batch - 1}, got ${image}`);
  }
  const size = heads * tokens * tokens;
  const values = new Float32Array(attentions.length * size);
  for (const [layer, tensor] of attentions.entries()) {
    const data = (await tensor.data()) as Float32Array;
    values.set(data.subarray(image * size, (image + 1) * size), layer * size);
  }
  return { layers: attentions.length, heads, tokens, values };
}

/**
 * The weights of one head of one layer, both counted from 0.
 *
 * @throws RangeError if there is no such layer or head
 */
export function headMatrix(weights: AttentionWeights, layer: number, head: number): TokenMatrix {
  checkRecord("headMatrix", "weights", weights);
  const { layers, heads, tokens, values } = weights;
  const isOneOf = (at: number, count: number) => Number.isInteger(at) && at >= 0 && at < count;
  if (!isOneOf(layer, layers) || !isOneOf(head, heads)) {
    throw new RangeError(
      `headMatrix: expected a layer below ${layers} and a head below ${heads}, got layer ${layer}, head ${head}`,
    );
  }
  const size = tokens * tokens;
  const start = (layer * heads + head) * size;
  return { tokens, values: values.slice(start, start + size) };
}
