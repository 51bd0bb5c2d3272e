import type { LayerNorm } from "@qkv/nn";
import * as tf from "@tensorflow/tfjs-core";

/** Where a norm stands: before its sublayer (ViT, GPT-2), or after the residual sum (the 2017 paper, Marian). */
export type NormOrder = "pre" | "post";

// A sublayer's input, and its output's way back into the residual stream. No other code knows the two orders, and
// neither function tidies: both run inside the tidy of the layer that calls them.

/** What the sublayer sees. */
export function enter(x: tf.Tensor3D, norm: LayerNorm, order: NormOrder): tf.Tensor3D {
  return order === "pre" ? norm.forward(x) : x;
}

/** What the residual stream becomes, once the sublayer made `y`. */
export function leave(x: tf.Tensor3D, y: tf.Tensor3D, norm: LayerNorm, order: NormOrder): tf.Tensor3D {
  return order === "pre" ? tf.add(x, y) : norm.forward(tf.add(x, y) as tf.Tensor3D);
}
