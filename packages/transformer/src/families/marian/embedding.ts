import { sinusoidalPositions } from "@qkv/attention";
import { dropout, type Embedding, type Pass } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";
import type { MarianConfig } from "./config.ts";

/** Computes token embeddings, scaled if the config requires it, plus sinusoidal positions from `offset` on. */
export function embedTokens(
  ids: tf.Tensor2D,
  embedding: Embedding,
  config: MarianConfig,
  offset: number,
  pass: Pass,
): tf.Tensor3D {
  const { dModel, scaleEmbedding, maxPositions, dropout: rate } = config;
  const length = ids.shape[1];
  if (offset + length > maxPositions) {
    throw new RangeError(`MarianModel: expected at most ${maxPositions} positions, got ${offset + length}`);
  }
  return tf.tidy(() => {
    const tokens = embedding.forward(ids); // [B, L, E]
    const scaled = scaleEmbedding ? tf.mul(tokens, Math.sqrt(dModel)) : tokens;
    const rows = positionRows(config, offset, length);
    const embedded = tf.add(scaled, tf.tensor2d(rows, [length, dModel])) as tf.Tensor3D;
    return pass.tap("embeddings", dropout(embedded, rate, pass.random));
  });
}

/** The vectors of `length` positions from `offset` on, [L, E]: a decoder needs one at each step. */
function positionRows(config: MarianConfig, offset: number, length: number): Float32Array {
  const { dModel } = config;
  const end = (offset + length) * dModel;
  let table = positionTables.get(config);
  if (table === undefined || table.length < end) {
    const enough = Math.max(64, 2 ** Math.ceil(Math.log2(offset + length)));
    table = sinusoidalPositions(enough, dModel, { layout: "halves" });
    positionTables.set(config, table);
  }
  return table.slice(offset * dModel, end);
}

const positionTables = new WeakMap<MarianConfig, Float32Array>();
