import { checkModule, dropout, type Params, type Pass } from "@qkv/nn";
import { checkTensor } from "@qkv/ops";
import * as tf from "@tensorflow/tfjs-core";
import type { EncoderConfig, PoolerSpec } from "./config.ts";
import { HeadTransform } from "./headTransform.ts";

/** A vector for a whole text: of its first token, or of the mean of those that the mask keeps, transformed. */
export class Pooler {
  readonly transform: HeadTransform;

  readonly #pooling: PoolerSpec["pooling"];
  readonly #dropout: number;

  constructor(params: Params, config: EncoderConfig, spec: PoolerSpec) {
    checkModule("Pooler", params, { config, spec });
    this.transform = new HeadTransform(params.at("transform"), config, spec);
    this.#pooling = spec.pooling;
    this.#dropout = spec.dropout ?? 0;
  }

  /**
   * @param x [B, L, E]
   * @param attentionMask [B, L] bool; left out: all count
   * @returns [B, E]
   */
  forward(x: tf.Tensor, attentionMask: tf.Tensor | undefined, pass: Pass): tf.Tensor2D {
    checkTensor("Pooler.forward", "x", x, "[B, L, E]");
    return tf.tidy(() => {
      const pooled = this.#pooling === "first" ? firstOf(x) : meanOf(x, attentionMask);
      return pass.output(this.transform.forward(dropout(pooled, this.#dropout, pass.random)));
    });
  }
}

function firstOf(x: tf.Tensor3D): tf.Tensor2D {
  const [batch, , width] = x.shape;
  return tf.reshape(tf.slice(x, [0, 0, 0], [batch, 1, width]), [batch, width]);
}

function meanOf(x: tf.Tensor3D, attentionMask: tf.Tensor | undefined): tf.Tensor2D {
  if (attentionMask === undefined) return tf.mean(x, 1);
  // Not cast: on webgpu tfjs keeps the words of a bool, and sums them as floats.
  const kept = tf.expandDims(tf.where(attentionMask, tf.ones(attentionMask.shape), tf.zeros(attentionMask.shape)), 2); // [B, L, 1]
  return tf.div(tf.sum(tf.mul(x, kept), 1), tf.sum(kept, 1));
}
