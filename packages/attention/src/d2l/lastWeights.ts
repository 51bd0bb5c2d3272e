import * as tf from "@tensorflow/tfjs-core";

/** Attention weights of a module's last call, kept for inspection: one tensor, replaced by the next. */
export class LastWeights {
  #kept: tf.Tensor3D | undefined;

  get(): tf.Tensor3D | undefined {
    return this.#kept;
  }

  set(weights: tf.Tensor3D): void {
    this.dispose();
    this.#kept = tf.keep(tf.clone(weights)); // outlives the caller's tidy
  }

  dispose(): void {
    this.#kept?.dispose();
    this.#kept = undefined;
  }
}
