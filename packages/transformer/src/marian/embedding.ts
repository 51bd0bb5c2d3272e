import { sinusoidalPositions } from "@qkv/attention";
import { dropout, type Embedding, type RandomStream } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { MarianConfig } from "./config.ts";

/** Token vectors, scaled where the config says so, plus sinusoidal positions that start at `offset`. */
export function embedTokens(
  ids: tf.Tensor2D,
  embedding: Embedding,
  { dModel, scaleEmbedding, maxPositions, dropout: rate }: MarianConfig,
  { offset = 0, random }: { readonly offset?: number; readonly random?: RandomStream | undefined } = {},
): tf.Tensor3D {
  const length = ids.shape[1];
  if (offset + length > maxPositions) {
    throw new RangeError(`MarianModel: expected at most ${maxPositions} positions, got ${offset + length}`);
  }
  return tf.tidy(() => {
    const tokens = embedding.forward(ids); // [B, L, E]
    const scaled = scaleEmbedding ? tf.mul(tokens, Math.sqrt(dModel)) : tokens;
    const positions = tf.tensor2d(sinusoidalPositions(length, dModel, { layout: "halves", offset }), [length, dModel]);
    return dropout(tf.add(scaled, positions) as tf.Tensor3D, rate, random);
  });
}
